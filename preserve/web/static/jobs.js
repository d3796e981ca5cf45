// A job that is at work is followed by server-sent events; where none come through, it is asked for every few seconds.
// When its state changes the page is loaded anew, for then there is something else to be seen and to be done.
"use strict";
(() => {
  const open = ["queued", "running", "stopping"];
  for (const box of document.querySelectorAll("[data-job]")) {
    const address = "/jobs/" + encodeURIComponent(box.dataset.job);
    const text = box.querySelector("[data-job-text]");
    const label = box.querySelector("[data-job-state]");
    const bar = box.querySelector("progress");
    const tell = (news) => {
      if (text && news.text) text.textContent = news.text;
      if (!bar) return;
      if (news.percent === null || news.percent === undefined) bar.removeAttribute("value");
      else bar.value = news.percent;
    };
    let over = false;
    const changed = (news) => {
      if (open.includes(news.state)) {
        if (label) label.textContent = news.text;
        if (text && news.state !== "queued") text.textContent = ""; // what it waited for is over
        return;
      }
      over = true;
      if (box.dataset.jobStays === undefined) window.location.reload();
      else { tell(news); box.dispatchEvent(new CustomEvent("job-ended", { detail: news, bubbles: true })); }
    };
    const poll = async () => {
      if (over) return;
      try {
        const answer = await fetch(address + "/state", { headers: { accept: "application/json" } });
        if (answer.ok) {
          const news = await answer.json();
          if (open.includes(news.state)) tell(news); else changed(news);
        }
      } catch (error) { /* the network is away; it is asked again */ }
      window.setTimeout(poll, 4000);
    };
    if (!window.EventSource) { poll(); continue; }
    const source = new EventSource(address + "/events");
    let failures = 0;
    source.addEventListener("progress", (event) => { failures = 0; tell(JSON.parse(event.data)); });
    source.addEventListener("state", (event) => {
      failures = 0;
      const news = JSON.parse(event.data);
      if (!open.includes(news.state)) source.close();
      changed(news);
    });
    source.addEventListener("error", () => {
      failures += 1;
      if (source.readyState === EventSource.CLOSED || failures > 3) { source.close(); poll(); }
    });
    window.addEventListener("pagehide", () => source.close());
  }
})();
