import type { ErrorCode } from '../../config/errors.ts';

/** What a command tells the shell. */
export const exitCodes = { ok: 0, failed: 1, usage: 2 } as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

const usageErrors: ReadonlySet<ErrorCode> = new Set([
  'SETTINGS_NOT_FOUND',
  'SETTINGS_INVALID',
  'SECRET_MISSING',
  'MAPPING_INVALID',
  'STREAM_UNKNOWN',
]);

/** Usage and settings errors are for the person who typed; everything else is how the world is. */
export function exitCodeOf(code: ErrorCode): ExitCode {
  return usageErrors.has(code) ? exitCodes.usage : exitCodes.failed;
}

/** A command reports its exit code through this. */
export type Finish = (code: ExitCode) => void;
