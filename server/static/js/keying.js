// Keying a batch by keyboard alone: Enter, which scanners send too, goes to the next field; from the last one
// it takes the item. Without this script Tab and Enter do the same.
for (const form of document.querySelectorAll("form[data-keying]")) {
  const fields = [...form.querySelectorAll("input:not([type=hidden]), select")];
  const next = (field) => {
    const at = fields.indexOf(field);
    // Cash has no number: its item is complete.
    const done = field.name === "tender" && field.value === "cash";
    return done ? undefined : fields[at + 1];
  };
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !fields.includes(event.target)) return;
    event.preventDefault();
    if (!event.target.reportValidity()) return;
    const follows = next(event.target);
    if (follows === undefined) return form.requestSubmit();
    follows.focus();
    follows.select?.();
  });
}
