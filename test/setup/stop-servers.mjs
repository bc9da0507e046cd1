/** After all suites: ends the database server that was started for them. */
export default async function stopServers() {
  await globalThis.stopTestServer?.();
}
