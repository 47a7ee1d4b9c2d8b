export { type CompileOptions, compileConfig } from './compile.ts';
export { describeConfig } from './describe.ts';
export { MOST_WORKERS } from './directives/workers.ts';
export {
  type ConfigReading,
  ConfigUnreadableError,
  type LoadOptions,
  loadConfig,
  readConfig,
} from './load.ts';
export type {
  FileZoneConfig,
  FlattenConfig,
  GatewayConfig,
  HealthConfig,
  HostsConfig,
  HttpAddress,
  ListenerConfig,
  LogBlock,
  LogRule,
  NameserverConfig,
  NodeAddressType,
  Notice,
  Position,
  ReloadConfig,
  ResolverAddress,
  ResourceKind,
  ResponseClass,
  ServerConfig,
  SourceConfig,
  ViewConfig,
  WorkersConfig,
  ZoneFileConfig,
} from './server-config.ts';
export { statusAddresses } from './status-addresses.ts';
