// Names and addresses for generated objects: few labels, so that names meet, nest and shadow each other.

import { Random } from '../../packages/protocol/test-support/random.ts';
import type { Metadata } from '../support/kube/objects.ts';

const LABELS = [
  ...[
    'a',
    'b',
    'c',
    'api',
    'app',
    'blog',
    'cdn',
    'dev',
    'docs',
    'edge',
    'eu',
    'git',
    'img',
    'mail',
  ],
  ...['mqtt', 'ops', 'shop', 'stage', 'static', 'test', 'us', 'v1', 'v2', 'web', 'wiki', 'www'],
] as const;

export type Address = string;

export class Draw extends Random {
  /** Host names that objects were given, for others to lie beside, above or below. */
  readonly hosts: string[] = [];
  private readonly zones: readonly string[];

  constructor(seed: number, zones: readonly string[]) {
    super(seed);
    this.zones = zones;
  }

  label(): string {
    return this.oneIn(3) ? `${this.pick(LABELS)}${this.below(100)}` : this.pick(LABELS);
  }

  zone(): string {
    return this.pick(this.zones);
  }

  /** A name in one of the zones, as an Ingress may have it: lower case, at most one leading `*`. */
  host(): string {
    const name = this.newHost();
    this.hosts.push(name);
    return name;
  }

  /** IPv4, IPv6, both, several, one of them twice, or none: a load balancer that is pending. */
  addresses(): Address[] {
    switch (this.below(10)) {
      case 0:
      case 1:
        return [];
      case 2:
        return [this.ipv6()];
      case 3:
        return [this.ipv4(), this.ipv6()];
      case 4: {
        const [twice, once] = [this.ipv4(), this.ipv6()];
        return [twice, once, twice];
      }
      case 5:
        return [this.ipv4(), this.ipv4(), this.ipv6(), this.ipv4()];
      default:
        return [this.ipv4()];
    }
  }

  ipv4(): Address {
    const net = this.pick(['192.0.2', '198.51.100', '203.0.113']);
    return `${net}.${this.below(256)}`;
  }

  /** As RFC 5952 writes it. */
  ipv6(): Address {
    const [left, right] = [1 + this.below(0xffff), 1 + this.below(0xffff)];
    return `2001:db8:${left.toString(16)}::${right.toString(16)}`;
  }

  private newHost(): string {
    const known = this.hosts.length === 0 ? this.pick(this.zones) : this.pick(this.hosts);
    const plain = known.replace(/^\*\./, '');
    switch (this.below(16)) {
      case 0:
      case 1:
        return known;
      case 2:
        return `${this.label()}.${plain}`;
      case 3:
        return `${this.label()}.${this.label()}.${plain}`;
      case 4:
      case 5:
        return this.wildcard(plain);
      case 6:
        return this.above(plain);
      case 7:
        return `${this.label()}.${this.label()}.${this.label()}.${this.pick(this.zones)}`;
      case 8:
      case 9:
      case 10:
        return `${this.label()}.${this.label()}.${this.pick(this.zones)}`;
      default:
        return `${this.label()}${this.below(1000)}.${this.pick(this.zones)}`;
    }
  }

  /** One at the top of a zone would hide what the others are to show, so there are few. */
  private wildcard(parent: string): string {
    const isTop = this.zones.includes(parent);
    return isTop && !this.oneIn(20) ? `*.${this.label()}.${parent}` : `*.${parent}`;
  }

  /** The parent, unless that lies above the zones; now and then an apex. */
  private above(name: string): string {
    const parent = name.slice(name.indexOf('.') + 1);
    const isInside = this.zones.some((zone) => parent.endsWith(`.${zone}`));
    return isInside || (this.zones.includes(parent) && this.oneIn(4)) ? parent : name;
  }
}

/** A host in no zone of ours: of another domain, or meant below each zone. */
export const foreign = (draw: Draw): string =>
  draw.pick([`${draw.label()}.example.org`, `r${draw.below(20)}`, `${draw.label()}.r.other`]);

export const IGNORE = { 'k8s-gateway.dns/ignore': 'true' } as const;

export const metadata = (namespace: string, name: string, draw: Draw): Metadata => ({
  namespace,
  name,
  ...(draw.oneIn(40) ? { labels: IGNORE } : {}),
});
