// Reads the code of a label with the camera, where the browser can (BarcodeDetector); else a hand scanner types it.
const form = document.querySelector("form[data-scan]");
const start = form && form.querySelector("[data-scan-start]");
const view = form && form.querySelector("[data-scan-view]");

async function canScan() {
  if (!("BarcodeDetector" in window) || !navigator.mediaDevices || !navigator.mediaDevices.getUserMedia) return false;
  const formats = await window.BarcodeDetector.getSupportedFormats();
  return formats.includes("qr_code");
}

async function scan() {
  const video = view.querySelector("video");
  const field = form.querySelector("[name=seen]");
  const detector = new window.BarcodeDetector({ formats: ["qr_code"] });
  const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
  const end = () => {
    stream.getTracks().forEach((track) => track.stop());
    view.hidden = true;
    start.disabled = false;
  };
  start.disabled = true;
  view.hidden = false;
  video.srcObject = stream;
  await video.play();
  const look = async () => {
    if (view.hidden) return;
    const found = await detector.detect(video).catch(() => []);
    const code = found.map((one) => one.rawValue).find((text) => text.startsWith("preserve:"));
    if (code) {
      field.value = code;
      end();
      form.querySelector("[name=place]").focus();
      return;
    }
    requestAnimationFrame(look);
  };
  look();
  window.addEventListener("pagehide", end, { once: true });
}

if (start) {
  canScan().then((can) => { start.hidden = !can; }).catch(() => {});
  start.addEventListener("click", () => scan().catch(() => { view.hidden = true; start.disabled = false; }));
}
