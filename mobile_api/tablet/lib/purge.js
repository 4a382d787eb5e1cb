// Removes documents from a PouchDB without a trace, which its IndexedDB adapter cannot do by itself. A deletion
// would keep every revision, and what remains of a week's photos would fill the tablet.

// The adapter's own layout; with any other nothing is touched.
const LAYOUT = 5;
const STORES = ["document-store", "by-sequence", "attach-store", "attach-seq-store", "meta-store"];

const done = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

// Remove the documents that still have the winning revision given for them, with their files, all or none.
// `revs` is a map of ids to revisions. Answers the ids that went.
export async function purge(name, revs) {
  const idb = await done(indexedDB.open(`_pouch_${name}`));
  try {
    if (idb.version !== LAYOUT) return [];
    const transaction = idb.transaction(STORES, "readwrite");
    const ended = new Promise((resolve, reject) => {
      transaction.oncomplete = resolve;
      transaction.onabort = () => reject(transaction.error);
    });
    const gone = await removeAll(transaction, revs);
    await ended;
    return gone;
  } finally {
    idb.close();
  }
}

async function removeAll(transaction, revs) {
  const [documents, , , , meta] = STORES.map((store) => transaction.objectStore(store));
  const gone = [];
  const digests = new Set();
  for (const [id, rev] of revs) {
    const stored = await done(documents.get(id));
    if (stored?.winningRev !== rev) continue;
    documents.delete(id);
    for (const digest of await removeRevisions(transaction, id)) digests.add(digest);
    gone.push(id);
  }
  await removeOrphans(transaction, digests);
  const figures = await done(meta.get("meta-store"));
  figures.docCount = await done(documents.index("deletedOrLocal").count("0"));
  meta.put(figures);
  return gone;
}

// Every stored revision of a document; answers the digests of their files.
async function removeRevisions(transaction, id) {
  const revisions = transaction.objectStore("by-sequence");
  const links = transaction.objectStore("attach-seq-store");
  const range = IDBKeyRange.bound(`${id}::`, `${id}::\uffff`);
  const digests = [];
  for (const seq of await done(revisions.index("_doc_id_rev").getAllKeys(range))) {
    revisions.delete(seq);
    for (const key of await done(links.index("seq").getAllKeys(seq))) {
      const { digestSeq } = await done(links.get(key));
      digests.push(digestSeq.split("::")[0]);
      links.delete(key);
    }
  }
  return digests;
}

// A picture that another document shows as well stays.
async function removeOrphans(transaction, digests) {
  const links = transaction.objectStore("attach-seq-store").index("digestSeq");
  const files = transaction.objectStore("attach-store");
  for (const digest of digests) {
    const used = await done(links.count(IDBKeyRange.bound(`${digest}::`, `${digest}::\uffff`)));
    if (!used) files.delete(digest);
  }
}
