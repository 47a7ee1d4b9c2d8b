const EVERYONE = 'remove it; answers come from Kubernetes and are the same for everyone';
const OTHER_SOURCE =
  'remove it, and keep these zones on a server of their own; NS in a DNSEndpoint delegate one that lies below yours';
const UNSIGNED = 'remove it; zones are served unsigned';
const ELSEWHERE = 'remove it; its transport is not served: "tls://" and "https://" keys are';

/** What CoreDNS 1.14 has, in the order of its plugin list, and what to use instead of each. */
export const LACKING_DIRECTIVES: Readonly<Record<string, string>> = {
  root: 'remove it, and write whole paths, or paths relative to the Corefile',
  metadata: 'remove it; nothing here reads metadata',
  geoip: EVERYONE,
  cancel: 'remove it; no question waits for anything that could be cancelled',
  quic: ELSEWHERE,
  grpc_server: ELSEWHERE,
  https:
    'remove it; how many connections there may be is the same over TCP, TLS and HTTPS, and "tcp" says it',
  https3: ELSEWHERE,
  multisocket: 'write "workers" with the same number, or remove it for one per core',
  trace: 'remove it; "log" shows each question, and "prometheus" counts them',
  pprof: 'remove it; "prometheus" tells CPU time and memory',
  shed: 'remove it; the kernel drops what exceeds the socket buffer',
  dnstap: 'remove it; "log" shows each question',
  local: 'remove it; names outside the zones are forwarded, or REFUSED',
  dns64: 'remove it; the resolver that clients ask makes such addresses',
  tsig: 'remove it; there are no transfers and no updates that a signature would guard',
  rewrite:
    'remove it; give objects the names that clients ask, by their hostname annotation or a CNAME in a DNSEndpoint',
  autopath: 'keep CoreDNS for pods, whose search paths it saves a walk along',
  header: 'remove it; AA, RA and RD of replies are what the RFCs ask for',
  dnssec: UNSIGNED,
  minimal: 'remove it; replies have no more than they need',
  transfer: 'remove it; zones cannot be transferred; "seamark dump" writes one as a zone file',
  route53: OTHER_SOURCE,
  azure: OTHER_SOURCE,
  clouddns: OTHER_SOURCE,
  k8s_external: 'write "k8s_gateway" with the same zones',
  kubernetes: 'keep CoreDNS for names inside the cluster; "k8s_gateway" serves those outside',
  auto: 'write "file" for each zone file; "import" takes a directory of such lines',
  secondary:
    'serve a copy of the zone with "file", which is read again whenever it changes, or keep it on a server of its own',
  etcd: OTHER_SOURCE,
  grpc: 'remove it; upstreams are asked with "forward"',
  erratic:
    'remove it; whoever tests clients by answers that are late or missing runs CoreDNS for that, on a port of its own',
  whoami: 'remove it; "log" shows who asks, "chaos" and "nsid" tell which server answers',
  on: 'remove it; let the service manager run commands',
  sign: UNSIGNED,
  view: 'remove it; answers are the same for everyone, but a server block may have an address ("bind") or a port of its own',
  nomad: OTHER_SOURCE,
};

/** What is to come: encryption, limits of connections, whole zones for secondaries, signatures. */
export const PLANNED_DIRECTIVES: ReadonlySet<string> = new Set([
  ...['proxyproto', 'timeouts', 'transfer', 'dnssec'],
]);
