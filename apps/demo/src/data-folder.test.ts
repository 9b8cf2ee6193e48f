import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { emptyDataFolder, openDataFolder } from './data-folder.ts';
import { newRunState, readRunState, saveRunState, stateFileName } from './run-state.ts';

let path: string;
beforeEach(() => {
  path = mkdtempSync(join(tmpdir(), 'batchfeed-folder-'));
});
afterEach(() => rmSync(path, { recursive: true, force: true }));

describe('openDataFolder', () => {
  it('makes the folder and its parts, for this user only', () => {
    const folder = openDataFolder(join(path, 'new'));
    for (const part of [folder.path, folder.platform, folder.shop, folder.identifiers, folder.logs]) {
      expect(statSync(part).mode & 0o777).toBe(0o700);
    }
  });

  it('lets one run at a time in, and the next after it', () => {
    const first = openDataFolder(path);
    expect(() => openDataFolder(path)).toThrow(expect.objectContaining({ code: 'FOLDER_IN_USE' }));
    first.release();
    openDataFolder(path).release();
  });

  it('takes over from a run that was killed', () => {
    writeFileSync(join(path, 'run.lock'), String(2 ** 22 + 1));
    openDataFolder(path).release();
    expect(existsSync(join(path, 'run.lock'))).toBe(false);
  });

  it('leaves a folder alone that holds something else', () => {
    mkdirSync(join(path, 'photos'));
    expect(() => openDataFolder(path)).toThrow(expect.objectContaining({ code: 'FOLDER_FOREIGN' }));
    expect(readdirSync(path)).toEqual(['photos']);
  });

  it('says when it cannot be written', () => {
    writeFileSync(join(path, 'file'), '');
    expect(() => openDataFolder(join(path, 'file', 'data'))).toThrow(
      expect.objectContaining({ code: 'FOLDER_NOT_WRITABLE' }),
    );
  });
});

describe('the state of a run', () => {
  it('is kept for this user only, and read back', () => {
    const state = newRunState(10, 1);
    saveRunState(path, state);
    expect(statSync(join(path, stateFileName)).mode & 0o777).toBe(0o600);
    expect(readRunState(path)).toEqual(state);
  });

  it.each(['', '{"format":2', '{"format":1,"updates":10}'])('is none where the file says %j', (text) => {
    writeFileSync(join(path, stateFileName), text);
    expect(readRunState(path)).toBeUndefined();
  });

  it('is gone with everything else when the folder is emptied', () => {
    const folder = openDataFolder(path);
    saveRunState(path, newRunState(10, 1));
    writeFileSync(join(folder.shop, 'shop.db'), '');
    emptyDataFolder(folder);
    expect(readdirSync(path).sort()).toEqual(['identifiers', 'logs', 'platform', 'run.lock', 'shop']);
    expect(readdirSync(folder.shop)).toEqual([]);
  });
});
