#!/usr/bin/env node
import { runCommand } from './command.ts';
import { readEnvironment } from './config.ts';

process.exitCode = await runCommand(process.argv.slice(2), readEnvironment());
