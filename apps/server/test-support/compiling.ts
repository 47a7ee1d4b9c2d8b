// Corefiles of tests: no other files, no environment, and one interface.

import { type CompileOptions, compileConfig } from '../src/config/compile.ts';
import type { GatewayConfig, ServerConfig } from '../src/config/server-config.ts';
import { CorefileErrors } from '../src/corefile/errors.ts';
import { parseCorefile } from '../src/corefile/parse.ts';
import type { ParseHost } from '../src/corefile/parse-host.ts';

export const host: ParseHost = {
  environment: {},
  readFile: () => {
    throw new Error('there is no such file');
  },
  listDirectory: () => [],
};
const interfaces = new Map([['lo', ['127.0.0.1', '::1']]]);

export function compile(
  text: string,
  options: CompileOptions = {},
  file = 'Corefile',
): ServerConfig {
  return compileConfig(parseCorefile(text, file, host), { interfaces, ...options });
}

/** The messages of what is wrong; none where nothing is. */
export function errorsOf(text: string): string[] {
  try {
    compile(text);
    return [];
  } catch (error) {
    if (error instanceof CorefileErrors) return error.errors.map(({ message }) => message);
    throw error;
  }
}

/** A Corefile with a `k8s_gateway` of one zone, whose first option begins at 3:3. */
export const gateway = (lines: string, zones = 'example.com'): string =>
  `. {\n k8s_gateway ${zones} {\n  ${lines}\n }\n}\n`;

/** What it is compiled to. */
export function gatewayOf(lines: string, zones?: string): GatewayConfig {
  const [config] = compile(gateway(lines, zones), {}, '/etc/seamark/Corefile').gateways;
  if (config === undefined) throw new Error('no gateway');
  return config;
}
