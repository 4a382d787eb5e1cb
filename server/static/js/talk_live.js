// A conversation is looked at again as soon as anything was written; that it was read is seen a moment later.
const { onChange } = await import(document.getElementById("live-script").src);

const talk = document.getElementById("talk");

onChange((change) => {
  if (change.everything || change.office) talk?.dispatchEvent(new CustomEvent("talk:stale", { bubbles: true }));
});
