#!/usr/bin/env node
// The sources are run as they are (docs/decisions/0005): tsx takes the types off while they load.
import { register } from 'tsx/esm/api';

register();
const { main } = await import('./main.ts');
process.exitCode = await main(process.argv.slice(2));
