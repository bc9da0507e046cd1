/** Ten-thousandths of one: what DECIMAL(19,4) counts in. Sums and comparisons of them are exact. */
export type Units = bigint;

const SCALE = 4;
const CENT = 100n;

/** `"12.5"` → `125000n`; null and undefined are nothing, so 0. Throws RangeError for what is not such a decimal. */
export function unitsOf(decimal: string | null | undefined): Units {
  if (decimal === null || decimal === undefined) return 0n;
  const parts = /^(-?)(\d+)(?:\.(\d*))?$/.exec(decimal);
  const fraction = parts?.[3] ?? '';
  if (!parts || fraction.slice(SCALE).replace(/0+$/, '') !== '') {
    throw new RangeError(`Expected a decimal with at most ${SCALE} fraction digits, got "${decimal}".`);
  }
  const magnitude = BigInt(`${parts[2]}${fraction.slice(0, SCALE).padEnd(SCALE, '0')}`);
  return parts[1] === '-' ? -magnitude : magnitude;
}

export function sumUnits(values: readonly Units[]): Units {
  return values.reduce((sum, value) => sum + value, 0n);
}

export function absUnits(value: Units): Units {
  return value < 0n ? -value : value;
}

export function maxUnits(a: Units, b: Units): Units {
  return a > b ? a : b;
}

export function minUnits(a: Units, b: Units): Units {
  return a < b ? a : b;
}

/**
 * The share `part / whole` of an amount. The whole keeps the amount to its last digit; a real part is cut to
 * whole cents, since that is the least a system that rounds to cents can have billed for it.
 */
export function shareOf(amount: Units, part: Units, whole: Units): Units {
  if (whole <= 0n || part === whole) return amount;
  const exact = (amount * part) / whole;
  return exact - (exact % CENT);
}

/** `125000n` → `"12.5"`: the canonical decimal, without needless zeros. */
export function decimalOf(units: Units): string {
  const digits = absUnits(units)
    .toString()
    .padStart(SCALE + 1, '0');
  const fraction = digits.slice(-SCALE).replace(/0+$/, '');
  return `${units < 0n ? '-' : ''}${digits.slice(0, -SCALE)}${fraction === '' ? '' : `.${fraction}`}`;
}
