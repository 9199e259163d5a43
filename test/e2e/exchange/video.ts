/** A video that every Chromium plays. Owns its making; refuses to keep a binary in the repository. */
import type { Browser } from 'playwright-core';

/** A second of video made by the browser itself, so that it can certainly play it. */
export async function recorded(browser: Browser): Promise<Buffer> {
  const page = await browser.newPage();
  const base64 = await page.evaluate(
    () =>
      new Promise<string>((resolve) => {
        const canvas = document.createElement('canvas');
        canvas.width = 320;
        canvas.height = 180;
        const pen = canvas.getContext('2d') as CanvasRenderingContext2D;
        const recorder = new MediaRecorder(canvas.captureStream(25), { mimeType: 'video/webm' });
        recorder.ondataavailable = (event) => {
          const reader = new FileReader();
          reader.onload = () => resolve((reader.result as string).split(',')[1] as string);
          reader.readAsDataURL(event.data);
        };
        recorder.start();
        let hue = 0;
        const timer = setInterval(() => {
          pen.fillStyle = `hsl(${hue++} 60% 40%)`;
          pen.fillRect(0, 0, 320, 180);
        }, 20);
        setTimeout(() => {
          clearInterval(timer);
          recorder.stop();
        }, 1500);
      }),
  );
  await page.close();
  return Buffer.from(base64, 'base64');
}
