// Record a voice as it is, with a level meter and advice while it can still help.

const TYPES = ["audio/webm;codecs=opus", "audio/mp4", "audio/ogg;codecs=opus"];
const TICK_MS = 100;
const LOUD = 0.985;
const SPEECH_DB = -50;
const QUIET_DB = -38;

/** What the browser may do to a voice on the telephone would only spoil a clone of it. */
const AS_IT_IS = { echoCancellation: false, noiseSuppression: false, autoGainControl: false, channelCount: 1 };

/**
 * Begin. `onTick({ seconds, level, advice })` comes ten times a second: level 0–1, advice one of
 * "quiet", "loud", "silent", "good", "enough". Returns { stop, whole, seconds }: `whole` resolves with the
 * Blob after stop(), or after `most` seconds. Rejects as getUserMedia does: NotAllowedError, NotFoundError.
 */
export async function record({ least, most, onTick }) {
  const stream = await navigator.mediaDevices.getUserMedia({ audio: AS_IT_IS });
  const context = new AudioContext();
  const analyser = new AnalyserNode(context, { fftSize: 4096 });
  context.createMediaStreamSource(stream).connect(analyser);
  const mimeType = TYPES.find((type) => MediaRecorder.isTypeSupported(type));
  const recorder = new MediaRecorder(stream, { mimeType, audioBitsPerSecond: 128_000 });
  const parts = [];
  recorder.ondataavailable = ({ data }) => parts.push(data);
  const whole = new Promise((done) => (recorder.onstop = done)).then(async () => {
    clearInterval(timer);
    stream.getTracks().forEach((track) => track.stop());
    await context.close();
    return new Blob(parts, { type: recorder.mimeType });
  });
  const began = performance.now();
  const seconds = () => Math.min(most, (performance.now() - began) / 1000);
  const stop = () => recorder.state !== "inactive" && recorder.stop();
  const advise = adviser(least);
  const wave = new Float32Array(analyser.fftSize);
  recorder.start(1000);
  const timer = setInterval(() => {
    analyser.getFloatTimeDomainData(wave);
    const heard = measure(wave);
    onTick({ seconds: seconds(), level: Math.min(1, Math.max(0, (heard.db + 60) / 60)), advice: advise(seconds(), heard) });
    if (seconds() >= most) stop();
  }, TICK_MS);
  return { stop, whole, seconds };
}

function measure(wave) {
  let peak = 0;
  let power = 0;
  for (const sample of wave) {
    peak = Math.max(peak, Math.abs(sample));
    power += sample * sample;
  }
  return { peak, db: 10 * Math.log10(power / wave.length + 1e-9) };
}

/** Judges the last three seconds, as somebody would who listens. */
export function adviser(least) {
  const lately = [];
  return (seconds, heard) => {
    lately.push(heard);
    if (lately.length > 3000 / TICK_MS) lately.shift();
    const spoken = lately.filter(({ db }) => db > SPEECH_DB);
    if (lately.filter(({ peak }) => peak > LOUD).length > 2) return "loud";
    if (seconds > 2 && spoken.length < lately.length / 8) return "silent";
    const usual = spoken.map(({ db }) => db).sort((a, b) => a - b)[Math.floor(spoken.length / 2)];
    if (seconds > 2 && usual < QUIET_DB) return "quiet";
    return seconds >= least ? "enough" : "good";
  };
}
