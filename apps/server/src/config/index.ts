export { type CompileOptions, compileConfig } from './compile.ts';
export { describeConfig } from './describe.ts';
export { ConfigUnreadableError, type LoadOptions, loadConfig } from './load.ts';
export type {
  GatewayConfig,
  HealthConfig,
  HttpAddress,
  ListenerConfig,
  Notice,
  Position,
  ResourceKind,
  ServerConfig,
  SourceConfig,
  ViewConfig,
} from './server-config.ts';
