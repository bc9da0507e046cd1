// Tests run as ES modules, which jest can only do in processes started with this flag. It is given to the worker
// processes here, so that `npm test`, `npx jest` and an editor's test runner all work.
process.env.NODE_OPTIONS = `${process.env.NODE_OPTIONS ?? ''} --experimental-vm-modules --no-warnings`.trim();

export default {
  testEnvironment: 'node',
  roots: ['<rootDir>/test'],
  testMatch: ['**/*.test.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '^.+\\.ts$': '@swc/jest' },
  globalSetup: '<rootDir>/test/setup/start-servers.mjs',
  globalTeardown: '<rootDir>/test/setup/stop-servers.mjs',
  setupFilesAfterEnv: ['<rootDir>/test/setup/silence.ts'],
  testTimeout: 30_000,
  maxWorkers: 2,
  // With a limit, jest runs a single suite in a worker process as well, and not in its own.
  workerIdleMemoryLimit: '2GB',
};
