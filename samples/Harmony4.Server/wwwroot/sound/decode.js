// The sound of a file or container as samples, and how loud each frame of it is.
export const sampleRate = 24000;
export const frameSize = 1024;
export const hop = frameSize / 2;

// What is decoded here lies in memory, several times its length.
export const largestSound = 1 << 28;

// The first channel, as 16-bit little-endian samples. Channels are not mixed.
export async function decode(bytes) {
  const context = new OfflineAudioContext(1, 1, sampleRate);
  const sound = await context.decodeAudioData(bytes).catch(() => {
    throw new Error('this browser finds no sound in it that it can decode');
  });
  const samples = sound.getChannelData(0);
  const pcm = new Int16Array(samples.length);
  for (let i = 0; i < samples.length; i++) {
    pcm[i] = Math.max(-32768, Math.min(32767, Math.round(samples[i] * 32768)));
  }

  return pcm;
}

const hann = Float32Array.from({ length: frameSize }, (_, i) => 0.5 - 0.5 * Math.cos(2 * Math.PI * i / (frameSize - 1)));

// The sum of the squares of the amplitudes of a frame's bins, by Parseval's theorem: 1.5 for a sine of full scale, whose power a Hann window spreads over three bins.
export function powerOf(pcm, frame) {
  let sum = 0;
  for (let i = 0, at = frame * hop; i < frameSize; i++) {
    const value = (pcm[at + i] ?? 0) / 32768 * hann[i];
    sum += value * value;
  }

  return 8 * sum / frameSize;
}
