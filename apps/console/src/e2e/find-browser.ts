import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';

/** Said where a browser is needed and there is none. */
export const NO_BROWSER =
  'There is no Chromium on this machine: install one (apt-get install chromium), name one in BATCHFEED_CHROMIUM, or let ' +
  'BATCHFEED_INSTALL_CHROMIUM=1 install it.';

/**
 * The file of a Chromium: what `BATCHFEED_CHROMIUM` names, else the system's, else one that Playwright has downloaded.
 * With `BATCHFEED_INSTALL_CHROMIUM=1`, and only then, a missing one is installed with apt-get first.
 */
export function findBrowser(): string | undefined {
  const found = installed();
  if (found !== undefined || process.env.BATCHFEED_INSTALL_CHROMIUM !== '1') return found;
  spawnSync('apt-get', ['install', '--yes', '--no-install-recommends', 'chromium'], { stdio: 'inherit' });
  return installed();
}

function installed(): string | undefined {
  const named = process.env.BATCHFEED_CHROMIUM;
  const system = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
  return (named ? [named] : [...system, chromium.executablePath()]).find((file) => existsSync(file));
}
