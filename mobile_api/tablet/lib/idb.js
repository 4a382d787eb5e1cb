// A small promise layer over IndexedDB: keys, counters, drafts and unsent facts live here, because one
// transaction can change several of them together and the browser keeps key objects as they are.

const NAME = "curbstop";
const VERSION = 3;
const STORES = ["profiles", "counters", "pending", "drafts", "sent", "settings", "files", "orders"];

let opened;

function open() {
  opened ??= new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, VERSION);
    request.onupgradeneeded = () => {
      const known = request.result.objectStoreNames;
      for (const store of STORES) if (!known.contains(store)) request.result.createObjectStore(store);
    };
    request.onsuccess = () => {
      const forget = () => {
        request.result.close();
        opened = undefined;
      };
      // Another window brings a newer layout, or the browser closed it (a full disk does): opened anew when asked.
      Object.assign(request.result, { onversionchange: forget, onclose: forget });
      resolve(request.result);
    };
    request.onerror = () => {
      opened = undefined;
      reject(request.error);
    };
  });
  return opened;
}

const done = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

export async function read(store, key) {
  const db = await open();
  return done(db.transaction(store).objectStore(store).get(key));
}

// Every [key, value] of a store.
export async function entries(store) {
  const db = await open();
  const source = db.transaction(store).objectStore(store);
  const [keys, values] = await Promise.all([done(source.getAllKeys()), done(source.getAll())]);
  return keys.map((key, index) => [key, values[index]]);
}

// Apply [store, key, value] changes together or not at all; a value of undefined removes the key. Strict
// durability: the promise resolves when the disk has it, since a receipt may already be in a customer's hand.
export async function write(changes) {
  const db = await open();
  const names = [...new Set(changes.map(([store]) => store))];
  const transaction = db.transaction(names, "readwrite", { durability: "strict" });
  for (const [store, key, value] of changes) {
    const target = transaction.objectStore(store);
    if (value === undefined) target.delete(key);
    else target.put(value, key);
  }
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error);
  });
}

// Forget everything on this tablet.
export async function wipe() {
  const db = await open();
  db.close();
  opened = undefined;
  await done(indexedDB.deleteDatabase(NAME));
}
