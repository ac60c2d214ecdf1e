// Draw a sound as bars on a <canvas>.

const BARS = 120;

export async function draw(canvas, blob) {
  const context = new AudioContext();
  try {
    const sound = await context.decodeAudioData(await blob.arrayBuffer());
    paint(canvas, peaks(sound.getChannelData(0)));
  } finally {
    await context.close();
  }
}

function peaks(samples) {
  const stretch = Math.max(1, Math.floor(samples.length / BARS));
  const loudest = (bar) => {
    let peak = 0;
    for (let i = bar * stretch; i < (bar + 1) * stretch; i += 4) peak = Math.max(peak, Math.abs(samples[i] || 0));
    return peak;
  };
  return Array.from({ length: BARS }, (_, bar) => loudest(bar));
}

function paint(canvas, heights) {
  const brush = canvas.getContext("2d");
  const { width, height } = canvas;
  const step = width / heights.length;
  const top = Math.max(...heights, 0.01);
  brush.clearRect(0, 0, width, height);
  brush.fillStyle = getComputedStyle(canvas).color;
  heights.forEach((peak, bar) => {
    const tall = Math.max(4, (peak / top) * height * 0.94);
    brush.beginPath();
    brush.roundRect(bar * step + step * 0.2, (height - tall) / 2, step * 0.6, tall, step * 0.3);
    brush.fill();
  });
}
