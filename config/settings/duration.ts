import { z } from 'zod';

const unitMilliseconds = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `30s`, `5m`, `2h`, `1d` → milliseconds. */
export const duration = z
  .string()
  .regex(/^\d+(ms|s|m|h|d)$/, 'expected a duration such as 30s, 5m, 2h or 1d')
  .transform((text) => {
    const unit = text.replace(/^\d+/, '') as keyof typeof unitMilliseconds;
    return Number.parseInt(text, 10) * unitMilliseconds[unit];
  });
