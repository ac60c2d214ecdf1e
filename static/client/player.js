// Play sound while it arrives: MediaSource where it takes mp3 (Chrome, Android), the whole of it elsewhere.

const MP3 = "audio/mpeg";
const Source = globalThis.ManagedMediaSource ?? globalThis.MediaSource;
export const canStream = Boolean(Source?.isTypeSupported?.(MP3));

/** The sound broke off before its end: what was heard is not the whole of it. */
export class BrokenOff extends Error {}

/**
 * Play a Response's body on an <audio> element. Resolves with the whole Blob once all of it has arrived;
 * `onPlaying` is called when the first of it is heard. Throws BrokenOff.
 */
export async function play(audio, response, { onPlaying = () => {} } = {}) {
  audio.addEventListener("playing", onPlaying, { once: true });
  return canStream ? streamed(audio, response) : whole(audio, response);
}

export function playBlob(audio, blob) {
  attach(audio, blob);
  return audio.play();
}

/** Browsers let a page make a sound only if it begins in the press of a button: call this there. */
export function unlock(audio) {
  audio.src = silence;
  audio.play().catch(() => {});
}

async function streamed(audio, response) {
  const media = new Source();
  if (globalThis.ManagedMediaSource) audio.disableRemotePlayback = true;
  attach(audio, media);
  audio.play().catch(() => {});
  await once(media, "sourceopen");
  const buffer = media.addSourceBuffer(MP3);
  const parts = [];
  try {
    for await (const chunk of chunks(response)) {
      parts.push(chunk);
      buffer.appendBuffer(chunk);
      await once(buffer, "updateend");
    }
  } catch {
    if (media.readyState === "open") media.endOfStream("network");
    throw new BrokenOff();
  }
  if (media.readyState === "open") media.endOfStream();
  return new Blob(parts, { type: MP3 });
}

async function whole(audio, response) {
  const blob = await response.blob().catch(() => {
    throw new BrokenOff();
  });
  await playBlob(audio, blob);
  return blob;
}

async function* chunks(response) {
  const reader = response.body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    yield value;
  }
}

function attach(audio, source) {
  if (audio.src.startsWith("blob:")) URL.revokeObjectURL(audio.src);
  audio.src = URL.createObjectURL(source);
}

const once = (target, name) => new Promise((done) => target.addEventListener(name, done, { once: true }));

const silence = URL.createObjectURL(new Blob([wav(800)], { type: "audio/wav" }));

function wav(samples) {
  const view = new DataView(new ArrayBuffer(44 + samples));
  const ascii = (at, text) => [...text].forEach((letter, i) => view.setUint8(at + i, letter.charCodeAt(0)));
  ascii(0, "RIFF"), view.setUint32(4, 36 + samples, true), ascii(8, "WAVEfmt "), view.setUint32(16, 16, true);
  view.setUint16(20, 1, true), view.setUint16(22, 1, true), view.setUint32(24, 8000, true);
  view.setUint32(28, 8000, true), view.setUint16(32, 1, true), view.setUint16(34, 8, true);
  ascii(36, "data"), view.setUint32(40, samples, true);
  for (let i = 0; i < samples; i++) view.setUint8(44 + i, 128);
  return view.buffer;
}
