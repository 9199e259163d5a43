/**
 * A Chromium for this machine: the PATH's, else Debian's headless shell unpacked into the user's
 * cache, else one shipped in an npm package. Owns finding it, its libraries and a Chinese font.
 */
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { type Browser, chromium } from 'playwright-core';
import { cacheDir, cached } from '../../db/embedded/cache.ts';
import { hasApt, libraryPath, releaseName, unpackDebian } from '../../db/embedded/debian.ts';
import { onPath } from '../../db/embedded/redis.ts';

const run = promisify(execFile);

export interface ChromiumBinary {
  executablePath: string;
  env: Record<string, string>;
}

const NAMES = ['chromium', 'chromium-headless-shell', 'google-chrome', 'chromium-browser'];
const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-dev-shm-usage',
  '--lang=zh-CN',
];

/** @throws with every way tried and why it failed, when this machine can have none. */
export async function findChromium(): Promise<ChromiumBinary> {
  const fonts = await fontEnvironment();
  const installed = [process.env.CHROMIUM_PATH, ...NAMES.map(onPath)].find(
    (path) => path && existsSync(path),
  );
  if (installed) return { executablePath: installed, env: fonts };
  const failures: string[] = [];
  for (const way of [fromDebian, fromNpm]) {
    try {
      const found = await way();
      await run(found.executablePath, ['--version', '--no-sandbox'], {
        env: { ...process.env, ...found.env },
        timeout: 30_000,
      });
      return { ...found, env: { ...fonts, ...found.env } };
    } catch (error) {
      failures.push(`${way.name}: ${String((error as Error).message).slice(0, 400)}`);
    }
  }
  throw new Error(`No Chromium can be had here.\n${failures.join('\n')}`);
}

/** A browser process with a new profile; the caller closes it. */
export function launchChromium(binary: ChromiumBinary): Promise<Browser> {
  return chromium.launch({
    executablePath: binary.executablePath,
    args: FLAGS,
    env: { ...(process.env as Record<string, string>), ...binary.env },
  });
}

async function fromDebian(): Promise<ChromiumBinary> {
  if (!hasApt()) throw new Error('this machine has no apt-get');
  const folder = await cached(`chromium-${releaseName()}`, async (draft) => {
    await unpackDebian(['chromium-headless-shell'], draft);
    // Ubuntu's package of that kind is only a pointer to a snap: better no cache than an empty one.
    if (!existsSync(join(draft, SHELL))) throw new Error('the package holds no browser');
  });
  const libraries = [libraryPath(folder), process.env.LD_LIBRARY_PATH].filter(Boolean).join(':');
  return { executablePath: join(folder, SHELL), env: { LD_LIBRARY_PATH: libraries } };
}

const SHELL = 'usr/lib/chromium/chromium-headless-shell';
const NPM_BROWSER = '@sparticuz/chromium@153';

/** x64 Linux only; brings its own libraries in an archive that it unpacks itself. */
async function fromNpm(): Promise<ChromiumBinary> {
  const folder = await cached('chromium-npm-153', async (draft) => {
    const args = ['install', '--no-save', '--no-audit', '--no-fund', '--prefix', draft];
    await run('npm', [...args, NPM_BROWSER], { timeout: 240_000 });
  });
  const require = createRequire(join(folder, 'index.js'));
  const module = (await import(pathToFileURL(require.resolve('@sparticuz/chromium')).href)) as {
    default: { executablePath(): Promise<string> };
  };
  return { executablePath: await module.default.executablePath(), env: {} };
}

/** Text in Chinese must show as such: a font of our own where the system offers none. */
async function fontEnvironment(): Promise<Record<string, string>> {
  if (process.platform !== 'linux' || hasChineseFont()) return {};
  try {
    const folder = await cached('fonts-wqy-microhei', (draft) =>
      unpackDebian(['fonts-wqy-microhei'], draft),
    );
    const file = join(cacheDir(), 'fonts.conf');
    mkdirSync(join(cacheDir(), 'fontconfig'), { recursive: true });
    writeFileSync(file, fontConfiguration(join(folder, 'usr/share/fonts')));
    return { FONTCONFIG_FILE: file };
  } catch {
    return {};
  }
}

function hasChineseFont(folder = '/usr/share/fonts', depth = 3): boolean {
  if (!existsSync(folder) || depth < 0) return false;
  return readdirSync(folder).some((name) =>
    statSync(join(folder, name), { throwIfNoEntry: false })?.isDirectory()
      ? hasChineseFont(join(folder, name), depth - 1)
      : /wqy|CJK|SourceHan|DroidSansFallback|uming|ukai/i.test(name),
  );
}

const fontConfiguration = (folder: string): string => `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>/usr/share/fonts</dir>
  <dir>/usr/local/share/fonts</dir>
  <dir>${folder}</dir>
  <cachedir>${join(cacheDir(), 'fontconfig')}</cachedir>
  <include ignore_missing="yes">/etc/fonts/conf.d</include>
  <alias><family>sans-serif</family><prefer><family>WenQuanYi Micro Hei</family></prefer></alias>
  <alias><family>serif</family><prefer><family>WenQuanYi Micro Hei</family></prefer></alias>
  <alias><family>monospace</family><prefer><family>WenQuanYi Micro Hei Mono</family></prefer></alias>
</fontconfig>
`;
