const given = files => Array.from(files, file => ({ path: file.webkitRelativePath || file.name, file }));

// Files below a dropped folder. Chromium gives them on a page from a disc by handles, Firefox by entries.
async function walkHandle(handle, path, found) {
  if (handle.kind === "file") found.push({ path, file: await handle.getFile() });
  else for await (const one of handle.values()) await walkHandle(one, `${path}/${one.name}`, found);
}
async function walkEntry(entry, found) {
  if (entry.isFile) found.push({ path: entry.fullPath.replace(/^\//, ""), file: await new Promise((yes, no) => entry.file(yes, no)) });
  else {
    const reader = entry.createReader();
    // A reader gives the entries of a folder a hundred at a time, and none when there are no more.
    for (;;) {
      const entries = await new Promise((yes, no) => reader.readEntries(yes, no));
      if (!entries.length) break;
      for (const one of entries) await walkEntry(one, found);
    }
  }
}

// Take folders and files that are dragged onto an element: run gets them as {path, file}, refused gets the reason.
function acceptDrops(pick, run, refused) {
  pick.addEventListener("dragover", event => { event.preventDefault(); pick.classList.add("over"); });
  pick.addEventListener("dragleave", () => pick.classList.remove("over"));
  pick.addEventListener("drop", async event => {
    event.preventDefault();
    pick.classList.remove("over");
    // All of this must be taken before the first pause, after which the browser takes it back.
    const items = Array.from(event.dataTransfer.items).filter(item => item.kind === "file"), plain = given(event.dataTransfer.files);
    const entries = items.map(item => item.webkitGetAsEntry ? item.webkitGetAsEntry() : null);
    const handles = items.map(item => item.getAsFileSystemHandle ? item.getAsFileSystemHandle() : null);
    if (!entries.some(entry => entry && entry.isDirectory)) return run(plain);
    const found = [];
    try {
      for (const [number, entry] of entries.entries()) {
        if (handles[number]) { const handle = await handles[number]; await walkHandle(handle, handle.name, found); }
        else await walkEntry(entry, found);
      }
    } catch (error) { return refused(error); }
    run(found);
  });
}
