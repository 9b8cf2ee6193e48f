export { restoreBackup } from './operations/restore-backup.ts';
export type { RetentionOptions } from './operations/retention.ts';
export { openPlatform, type Platform } from './platform.ts';
export { isPlatformError, PlatformError, type PlatformErrorCode } from './platform-error.ts';
export type { PlatformOptions } from './platform-options.ts';
export type { PluginCallerOptions } from './plugin/plugin-caller.ts';
export { ENVELOPE_BYTES, type SimulationOptions, type SimulationReport, simulate } from './simulate/simulate.ts';
