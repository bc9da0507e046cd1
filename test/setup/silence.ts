import { afterEach, beforeEach, expect, jest } from '@jest/globals';

/** Tests print nothing: whatever reaches the console fails the test that let it through. */
const methods = ['log', 'info', 'warn', 'error', 'debug'] as const;

beforeEach(() => {
  for (const method of methods) {
    jest.spyOn(console, method).mockImplementation(() => undefined);
  }
});

afterEach(() => {
  const printed = methods.flatMap((method) => jest.mocked(console[method]).mock.calls);
  jest.restoreAllMocks();
  expect(printed).toEqual([]);
});
