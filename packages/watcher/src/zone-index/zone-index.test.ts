import { describe, expect, it, vi } from 'vitest';
import { CASES } from '../../test-support/cases.ts';
import { ingress, Scene, service } from '../../test-support/scene.ts';
import type { WatchedGateway } from '../index.ts';

const SOA =
  'example.com. 30 in soa ns1.example.com. hostmaster.ns1.example.com. 0 7200 1800 86400 30';

const server = (name: string) => ({ name, addresses: [] });

describe('objects in, answers out', () => {
  it.each(CASES)('$why', async ({ gateway = {}, ingresses, services, expect: expected }) => {
    await using scene = new Scene([gateway]);
    scene.list('Ingress', ingresses);
    scene.list('Service', services);
    const said = Object.keys(expected).map((text) => [text, scene.short(text)]);
    expect(Object.fromEntries(said)).toEqual(expected);
  });

  it('whole, with TTL and SOA', async () => {
    await using scene = new Scene();
    scene.list('Ingress', [ingress('a', 'www.example.com', '192.0.2.1')]);
    scene.list('Service');
    expect(scene.ask('www.example.com A').answer).toEqual(['www.example.com. 30 in a 192.0.2.1']);
    for (const text of ['www.example.com MX', 'nope.example.com A']) {
      expect(scene.ask(text).authority).toEqual([SOA]);
    }
    expect(scene.ask('example.com SOA').answer).toEqual([SOA]);
  });

  it('logs a name that is none with each change of its object, and says whose it is', async () => {
    await using scene = new Scene();
    scene.list('Ingress', [ingress('bad', 'a..example.com', '192.0.2.1')]);
    scene.put('Ingress', ingress('bad', 'a..example.com', '192.0.2.2'));
    scene.drop('Ingress', 'default/bad');
    const warnings = scene.log.filter(({ level }) => level === 'warn');
    expect(warnings.map(({ message }) => message)).toEqual(
      Array(2).fill(expect.stringMatching(/^Ingress default\/bad: "a\.\.example\.com" is not/)),
    );
  });

  it('takes a name below the zones that it is not too long for', async () => {
    const long = `${'x'.repeat(60)}.example`;
    await using scene = new Scene([
      { zones: [`${long}.${'y'.repeat(63)}.${'z'.repeat(63)}`, 'example.com'] },
    ]);
    const name = `${'n'.repeat(63)}.default`;
    scene.list('Ingress');
    scene.list('Service', [service(name, '192.0.2.1')]);
    expect(scene.short(`${name}.example.com A`)).toEqual(['192.0.2.1']);
    expect(scene.log.filter(({ event }) => event === 'claim-ignored')).toHaveLength(1);
  });

  it('tells of a host elsewhere that is too long below every zone', async () => {
    const host = Array.from({ length: 4 }, () => 'x'.repeat(60)).join('.');
    await using scene = new Scene([{ zones: ['example.com', 'example.org'], relative: true }]);
    scene.list('Ingress', [ingress('long', host, '192.0.2.1')]);
    expect(scene.complaints.map(({ message }) => message)).toEqual([
      `Ingress default/long: "${host}" is not a domain name: more than 255 octets below the zone at character 243`,
    ]);
    await using other = new Scene([{ zones: ['example.com', 'org'], relative: true }]);
    other.list('Ingress', [ingress('long', host, '192.0.2.1')]);
    expect(other.complaints).toEqual([]);
  });
});

describe('changes', () => {
  it('are seen at once, and empty non-terminals come and go with them', async () => {
    await using scene = new Scene();
    scene.list('Ingress', [ingress('a', 'a.b.c.example.com', '192.0.2.1')]);
    scene.list('Service');
    expect(scene.short('b.c.example.com A')).toBe('NODATA');
    scene.put('Ingress', ingress('b', 'c.example.com', '192.0.2.2'));
    expect(scene.short('c.example.com A')).toEqual(['192.0.2.2']);
    scene.drop('Ingress', 'default/a');
    expect(scene.short('b.c.example.com A')).toBe('NXDOMAIN');
    expect(scene.short('c.example.com A')).toEqual(['192.0.2.2']);
    scene.drop('Ingress', 'default/b');
    expect(scene.short('c.example.com A')).toBe('NXDOMAIN');
    scene.put('Ingress', ingress('a', 'a.b.c.example.com', ''));
    expect(scene.short('a.b.c.example.com A')).toBe('NODATA');
  });

  it('move a wildcard', async () => {
    await using scene = new Scene();
    scene.list('Ingress', [ingress('a', '*.w.example.com', '192.0.2.1')]);
    scene.list('Service');
    scene.put('Ingress', ingress('a', '*.v.example.com', '192.0.2.1'));
    expect(scene.short('x.w.example.com A')).toBe('NXDOMAIN');
    expect(scene.short('x.v.example.com A')).toEqual(['192.0.2.1']);
    scene.put('Ingress', ingress('a', 'v.example.com', '192.0.2.1'));
    expect(scene.short('x.v.example.com A')).toBe('NXDOMAIN');
  });

  it('leave nothing of what was renewed and removed between two publications', async () => {
    await using scene = new Scene();
    scene.list('Ingress', [ingress('a', 'a.b.example.com', '192.0.2.1')]);
    scene.list('Service');
    scene.offer('Ingress', ingress('a', 'a.b.example.com', '192.0.2.2'));
    scene.offer('Ingress', ingress('new', 'new.example.com', '192.0.2.2'));
    scene.drop('Ingress', 'default/a', 'default/new', 'default/never');
    for (const name of ['a.b', 'b', 'new']) {
      expect(scene.short(`${name}.example.com A`)).toBe('NXDOMAIN');
    }
  });

  it('that change nothing are not published; others move the serial forward', async () => {
    await using scene = new Scene([{ zones: ['example.com', 'example.org'] }]);
    const generation = () => scene.watcher.status().views[0]?.generation;
    scene.list('Ingress', [ingress('a', 'www.example.com', '192.0.2.1')]);
    scene.list('Service');
    const [first = 0, other] = scene.serials();
    const before = generation();
    scene.put('Ingress', ingress('a', 'www.example.com', '192.0.2.1'));
    scene.put('Ingress', ingress('elsewhere', 'www.example.net', '192.0.2.1'));
    scene.list('Ingress', [ingress('a', 'www.example.com', '192.0.2.1')]);
    expect(generation()).toBe(before);
    expect(scene.serials()).toEqual([first, other]);
    for (let i = 2; i < 20; i++) {
      scene.put('Ingress', ingress('a', 'www.example.com', `192.0.2.${i}`));
    }
    const [last = 0, untouched] = scene.serials();
    expect(last).toBeGreaterThanOrEqual(first + 18);
    expect(untouched).toBe(other);
  });

  it('are what a new list says: what it lacks has gone', async () => {
    await using scene = new Scene();
    const [a, b] = ['a', 'b'].map((name) => ingress(name, `${name}.example.com`, '192.0.2.1'));
    if (a === undefined || b === undefined) throw new Error('two of them');
    scene.list('Ingress', [a, b]);
    scene.list('Service');
    scene.sink().beginList('Ingress');
    scene.put('Ingress', b);
    expect(scene.short('a.example.com A')).toEqual(['192.0.2.1']);
    scene.sink().endList('Ingress');
    scene.sink().flush();
    expect(scene.short('a.example.com A')).toBe('NXDOMAIN');
    expect(scene.short('b.example.com A')).toEqual(['192.0.2.1']);
    scene.put('Ingress', ingress('b', '', '192.0.2.1'));
    expect(scene.short('b.example.com A')).toBe('NXDOMAIN');
    expect(scene.watcher.status().sources[0]?.kinds[0]?.objects).toBe(0);
  });
});

describe('more than a node has room for', () => {
  const endpoints = (name: string, all: readonly object[]) => ({
    key: `ns/${name}`,
    object: { metadata: { name }, spec: { endpoints: all } },
  });

  it('is left out from the end, glue first, and told of once', async () => {
    // Names that have nothing in common take the most room.
    const names = [...'abcdefghij'].map((letter) => Array(3).fill(letter.repeat(60)).join('.'));
    const eight = (prefix: string) => Array.from({ length: 8 }, (_, i) => `${prefix}${i + 1}`);
    const addresses = [...eight('192.0.2.'), ...eight('2001:db8::')];
    await using scene = new Scene([
      {
        resources: ['Ingress', 'DNSEndpoint'],
        nameServers: names.map((name) => ({ name, addresses })),
      },
    ]);
    const many = [
      ...Array.from({ length: 1600 }, (_, i) => `10.0.${i >> 8}.${i & 255}`),
      ...Array.from({ length: 900 }, (_, i) => `2001:db8::${(i + 1).toString(16)}`),
    ];
    scene.list('Ingress', [ingress('a', 'example.com', many.join(' '))]);
    const texts = Array.from({ length: 60 }, (_, i) => `${'t'.repeat(180)}${i}`);
    const txt = texts.map((text) => ({
      dnsName: 'example.com',
      recordType: 'TXT',
      targets: [text],
    }));
    scene.list('DNSEndpoint', [endpoints('txt', txt)]);
    expect(scene.ask('example.com SOA').rcode).toBe('NOERROR');
    expect(scene.short('example.com TXT')).toHaveLength(60);
    expect(scene.ask('example.com NS').additional).toEqual([]);
    scene.put('Ingress', ingress('b', 'www.example.com', '192.0.2.1'));
    const told = scene.log.filter(({ event }) => event === 'records-left-out');
    expect(told.map(({ message }) => message)).toEqual([
      expect.stringMatching(/^example\.com\.: 1 RRsets \(glue\) are left out/),
    ]);
  });

  it('is told by owner name and type', async () => {
    await using scene = new Scene([{ resources: ['DNSEndpoint', 'Ingress'] }]);
    const txt = (dnsName: string, length: number, text: string) => {
      const targets = Array.from({ length }, (_, i) => `${text.repeat(150)}${i}`);
      return { dnsName, recordType: 'TXT', targets };
    };
    const many = (length: number) => Array.from({ length }, (_, i) => `10.0.${i >> 8}.${i & 255}`);
    scene.list('DNSEndpoint', [
      endpoints('long', [txt('long.example.com', 100, 'x')]),
      endpoints('a', [txt('both.example.com', 50, 'a')]),
      endpoints('b', [txt('both.example.com', 50, 'b')]),
    ]);
    scene.list('Ingress', [ingress('wide', 'v.example.com w.example.com', many(2000).join(' '))]);
    expect(scene.complaints.map(({ message }) => message)).toEqual([
      'DNSEndpoint ns/long: the TXT records of "long.example.com" are left out: a name has room for 12 KiB of them',
      expect.stringMatching(
        /^several objects claim both\.example\.com\.: \d+ records are left out, /,
      ),
      expect.stringMatching(
        /^Ingress default\/wide: \d+ addresses of "v\.example\.com" and 1 more are left out: /,
      ),
    ]);
  });

  it('is not more than 255 types of records', async () => {
    await using scene = new Scene([
      { zones: ['example.com', 'example.net'], resources: ['Ingress', 'DNSEndpoint'] },
    ]);
    const all = Array.from({ length: 300 }, (_, i) => ({
      ...{ dnsName: 'many.example.com', recordType: `TYPE${64_000 + i}`, targets: ['\\# 1 00'] },
    }));
    scene.list('Ingress');
    scene.list('DNSEndpoint', [endpoints('types', all)]);
    const served = all.filter(
      ({ recordType }) => scene.short(`many.example.com ${recordType}`) !== 'NODATA',
    );
    expect(served).toHaveLength(255);
    expect(scene.ask('many.example.com A').authority[0]).toMatch(/^example\.com\. /);
  });
});

describe('a zone within another', () => {
  it('has the names between their apexes exist', async () => {
    await using scene = new Scene([{ zones: ['c.b.example.com', 'example.com'] }]);
    scene.list('Ingress', [ingress('w', '*.example.com', '192.0.2.9')]);
    scene.list('Service');
    expect(scene.short('b.example.com A')).toBe('NODATA');
    expect(scene.short('x.b.example.com A')).toBe('NXDOMAIN');
    expect(scene.short('c.b.example.com SOA')).toHaveLength(1);
  });
});

describe('name servers', () => {
  it('have addresses of both families beside NS', async () => {
    await using scene = new Scene([
      { nameServers: [server('gw.dns'), server('ns2.example.net.')] },
    ]);
    scene.list('Ingress');
    scene.list('Service', [service('gw.dns', '192.0.2.53 2001:db8::53')]);
    const said = scene.ask('EXAMPLE.com NS');
    expect(said.answer).toEqual([
      'example.com. 60 in ns gw.dns.example.com.',
      'example.com. 60 in ns ns2.example.net.',
    ]);
    expect(said.additional).toEqual([
      'gw.dns.example.com. 30 in a 192.0.2.53',
      'gw.dns.example.com. 30 in aaaa 2001:db8::53',
    ]);
    scene.put('Service', service('gw.dns', '192.0.2.54'));
    expect(scene.ask('example.com NS').additional).toEqual([
      'gw.dns.example.com. 30 in a 192.0.2.54',
    ]);
    scene.drop('Service', 'dns/gw');
    expect(scene.ask('example.com NS').additional).toEqual([]);
    // The name of a name server exists whatever objects say (RFC 1912 2.8 would have it addressed).
    expect(scene.short('gw.dns.example.com A')).toBe('NODATA');
    expect(scene.short('dns.example.com A')).toBe('NODATA');
  });

  it('without an address are told of once, and when they have one', async () => {
    await using scene = new Scene([
      {
        nameServers: [
          server('gw.dns'),
          { name: 'ns2', addresses: ['192.0.2.54'] },
          server('ns3'),
          server('ns.example.net.'),
        ],
      },
    ]);
    const told = () => scene.log.filter(({ event }) => String(event).startsWith('name-server-'));
    scene.list('Ingress');
    expect(told()).toEqual([]);
    scene.list('Service');
    scene.put('Ingress', ingress('a', 'www.example.com', '192.0.2.1'));
    expect(told().map(({ level, message }) => [level, message])).toEqual([
      ['warn', expect.stringMatching(/^gw\.dns\.example\.com\., .*: give the Service dns\/gw one/)],
      ['warn', expect.stringMatching(/^ns3\.example\.com\., .*: write one behind it/)],
    ]);
    scene.put('Service', service('gw.dns', '192.0.2.53'));
    expect(told().at(-1)).toMatchObject({ level: 'info', event: 'name-server-with-address' });
    expect(told()).toHaveLength(3);
  });

  it('are not taken over by an Ingress of their name', async () => {
    await using scene = new Scene([{ nameServers: [server('gw.dns')] }]);
    scene.list('Ingress', [ingress('a', 'gw.dns.example.com', '198.51.100.1')]);
    scene.list('Service', [service('gw.dns', '192.0.2.53')]);
    expect(scene.short('gw.dns.example.com A')).toEqual(['192.0.2.53']);
    expect(scene.ask('example.com NS').additional).toEqual([
      'gw.dns.example.com. 30 in a 192.0.2.53',
    ]);
    scene.drop('Service', 'dns/gw');
    expect(scene.short('gw.dns.example.com A')).toEqual(['198.51.100.1']);
  });

  it('may lie in a zone further down, whose addresses are followed', async () => {
    await using scene = new Scene([
      { zones: ['example.com', 'dns.example.com'], nameServers: [server('ns.dns.example.com.')] },
    ]);
    scene.list('Ingress', [ingress('a', 'ns.dns.example.com', '192.0.2.1')]);
    scene.list('Service');
    scene.put('Ingress', ingress('a', 'ns.dns.example.com', '192.0.2.2'));
    for (const zone of ['example.com', 'dns.example.com']) {
      expect(scene.ask(`${zone} NS`).additional).toEqual(['ns.dns.example.com. 30 in a 192.0.2.2']);
    }
  });

  it.each(['ns.example.net.', 'x\\007example.com.'])('%s lies elsewhere', async (apex) => {
    await using scene = new Scene([{ nameServers: [server(apex)] }]);
    scene.list('Ingress');
    scene.list('Service');
    expect(scene.short('example.com NS')).toEqual([apex]);
    expect(scene.ask('example.com SOA').answer[0]).toContain(`soa ${apex} hostmaster.${apex} `);
    expect(scene.ask('a.b.example.com A').authority).toHaveLength(1);
  });
});

describe('until everything has been read', () => {
  const www = ingress('a', 'www.example.com', '192.0.2.1');

  it('nothing is known before the first list ends', async () => {
    await using scene = new Scene();
    for (const name of ['example.com', 'www.example.com']) {
      expect(scene.short(`${name} A`)).toBe('SERVFAIL 14');
    }
    expect(scene.short('example.com SOA')).toBe('SERVFAIL 14');
    scene.sink().beginList('Ingress');
    scene.put('Ingress', www);
    expect(scene.short('www.example.com A')).toBe('SERVFAIL 14');
    expect(scene.short('www.example.org A')).toBe('REFUSED 20');
    expect(scene.watcher.status().views[0]?.zones).toMatchObject([{ synced: false, ready: false }]);
  });

  it('what is known is answered, what is missing is not denied', async () => {
    await using scene = new Scene();
    scene.list('Ingress', [www]);
    expect(scene.short('www.example.com A')).toEqual(['192.0.2.1']);
    expect(scene.short('www.example.com AAAA')).toBe('SERVFAIL 14');
    expect(scene.short('nope.example.com A')).toBe('SERVFAIL 14');
    expect(scene.short('example.com NS')).toEqual(['ns1.example.com.']);
    scene.list('Service');
    expect(scene.short('nope.example.com A')).toBe('NXDOMAIN');
    expect(scene.watcher.status().views[0]?.zones).toMatchObject([{ synced: true, ready: true }]);
    expect(scene.log.filter(({ event }) => event === 'synced')).toHaveLength(1);
  });

  it('for as long as it takes at most', async () => {
    await using scene = new Scene([{}], 5);
    scene.list('Ingress', [www]);
    await vi.waitFor(() => expect(scene.short('nope.example.com A')).toBe('NXDOMAIN'));
    expect(scene.watcher.status().views[0]?.zones).toMatchObject([{ synced: false, ready: true }]);
    scene.list('Service', [service('x.y', '192.0.2.2')]);
    expect(scene.short('x.y.example.com A')).toEqual(['192.0.2.2']);
    expect(scene.watcher.status().views[0]?.zones).toMatchObject([{ synced: true }]);
  });

  it('and then what is known of a list that is under way counts', async () => {
    await using scene = new Scene([{}], 5);
    scene.list('Ingress', [ingress('w', '*.example.com', '192.0.2.1')]);
    scene.sink().beginList('Service');
    scene.offer('Service', service('x.y', '192.0.2.2'));
    await vi.waitFor(() => expect(scene.short('x.y.example.com A')).toEqual(['192.0.2.2']));
    expect(scene.short('y.example.com A')).toBe('NODATA');
    scene.put('Service', service('z.y', '192.0.2.3'));
    expect(scene.short('z.y.example.com A')).toEqual(['192.0.2.3']);
    // The list lacks the first one after all.
    scene.list('Service', [service('z.y', '192.0.2.3')]);
    expect(scene.short('x.y.example.com A')).toBe('NXDOMAIN');
  });

  it('a source that nobody can read holds up its own zones alone, and those for that time', async () => {
    const syncTimeoutMs = 50;
    await using scene = new Scene([
      { resources: ['Ingress'] },
      { zones: ['example.net'], resources: ['Ingress'], sources: [1], syncTimeoutMs },
    ]);
    scene.list('Ingress', [www]);
    const zones = () => scene.watcher.status().views[0]?.zones;
    const own = { zone: 'example.com', synced: true, ready: true };
    expect(zones()).toMatchObject([own, { zone: 'example.net', synced: false, ready: false }]);
    expect(scene.short('nope.example.com A')).toBe('NXDOMAIN');
    expect(scene.short('example.net NS')).toBe('SERVFAIL 14');
    await vi.waitFor(() => {
      expect(zones()).toMatchObject([own, { zone: 'example.net', synced: false, ready: true }]);
    }, 20_000);
    expect(zones()?.[0]).not.toHaveProperty('warning');
    expect(zones()?.[1]).toHaveProperty('warning');
    expect(scene.short('example.net NS')).toEqual(['ns1.example.net.']);
  });

  it('where nothing was read at all, too: all is denied then, which is told', async () => {
    await using scene = new Scene([{}], 5);
    await vi.waitFor(() => expect(scene.short('www.example.com A')).toBe('NXDOMAIN'), 20_000);
    expect(scene.short('example.com A')).toBe('NODATA');
    expect(scene.ask('example.com SOA').answer).toHaveLength(1);
    expect(scene.short('example.com NS')).toEqual(['ns1.example.com.']);
    const warning =
      'nothing is known, for Ingress, Service, EndpointSlice of source 0 could not be read yet: every name is denied';
    expect(scene.complaints).toEqual([
      {
        level: 'warn',
        event: 'unread-denied',
        message: `example.com: ${warning}, for synctimeout (0.005 s) is over`,
      },
    ]);
    // It is no server to be sent questions.
    const [before] = scene.watcher.status().views;
    expect(before?.zones).toMatchObject([{ ready: false, warning }]);

    scene.sink().beginList('Ingress');
    scene.put('Ingress', www);
    expect(scene.short('www.example.com A')).toEqual(['192.0.2.1']);
    scene.sink().endList('Ingress');
    scene.sink().flush();
    expect(scene.watcher.status().views[0]).toMatchObject({
      zones: [
        {
          ...{ synced: false, ready: true },
          warning:
            'Service, EndpointSlice of source 0 could not be read yet: names that only they have are denied',
        },
      ],
    });
    scene.list('Service');
    scene.list('EndpointSlice');
    expect(scene.watcher.status().views[0]?.zones).toMatchObject([{ synced: true, ready: true }]);
    expect(scene.watcher.status().views[0]?.zones[0]).not.toHaveProperty('warning');
    expect(scene.complaints).toHaveLength(1);
  });

  it('the wait begins anew with the first kind that is read', async () => {
    vi.useFakeTimers();
    try {
      await using scene = new Scene();
      vi.advanceTimersByTime(59_000);
      scene.list('Ingress', [www]);
      vi.advanceTimersByTime(59_000);
      expect(scene.short('nope.example.com A')).toBe('SERVFAIL 14');
      vi.advanceTimersByTime(1000);
      expect(scene.short('nope.example.com A')).toBe('NXDOMAIN');
    } finally {
      vi.useRealTimers();
    }
  });

  it('or for ever', async () => {
    vi.useFakeTimers();
    try {
      await using scene = new Scene([{}], Number.POSITIVE_INFINITY);
      vi.advanceTimersByTime(1e9);
      expect(scene.short('example.com SOA')).toBe('SERVFAIL 14');
      scene.list('Ingress', [www]);
      vi.advanceTimersByTime(1e9);
      expect(scene.short('nope.example.com A')).toBe('SERVFAIL 14');
      expect(scene.complaints).toEqual([]);
    } finally {
      vi.useRealTimers();
    }
  });

  it('each gateway waits for its own source', async () => {
    await using scene = new Scene([
      { zones: ['example.com'], sources: [0] },
      { zones: ['sub.example.com'], sources: [1] },
    ]);
    scene.list('Ingress', [www], 1);
    scene.list('Service', [], 1);
    expect(scene.short('nope.sub.example.com A')).toBe('NXDOMAIN');
    expect(scene.short('www.example.com A')).toBe('SERVFAIL 14');
    // An object of one source makes no name in the zone of the other.
    scene.list('Ingress', [ingress('s', 'x.sub.example.com y.example.com', '192.0.2.1')], 0);
    scene.list('Service', [], 0);
    expect(scene.short('x.sub.example.com A')).toBe('NXDOMAIN');
    expect(scene.short('www.example.com A')).toBe('NXDOMAIN');
    expect(scene.short('y.example.com A')).toEqual(['192.0.2.1']);
  });
});

describe('names in no zone', () => {
  it('are taken below each zone, unless they are said to be whole or to lie in another', async () => {
    await using scene = new Scene([
      { zones: ['example.com', 'example.net'], relative: true },
      { zones: ['example.org'], relative: true, resources: ['Service'] },
    ]);
    scene.list('Ingress', [
      ingress('a', 'shop apps.internal whole.internal. www.example.org *.w', '192.0.2.1'),
    ]);
    scene.list('Service');
    for (const name of ['shop', 'apps.internal', 'x.w']) {
      expect(scene.short(`${name}.example.com A`)).toEqual(['192.0.2.1']);
      expect(scene.short(`${name}.example.net A`)).toEqual(['192.0.2.1']);
    }
    for (const name of ['whole.internal.example.com', 'www.example.org.example.com']) {
      expect(scene.short(`${name} A`)).toBe('NXDOMAIN');
    }
    expect(scene.short('www.example.org A')).toBe('NXDOMAIN');
  });
});

describe('several clusters of one gateway', () => {
  const both: Partial<WatchedGateway> = { sources: [0, 1] };
  const fill = (scene: Scene): void => {
    scene.list('Ingress', [ingress('a', 'www.example.com east.example.com', '192.0.2.1')], 0);
    scene.list('Ingress', [ingress('a', 'www.example.com west.example.com', '192.0.2.2')], 1);
    scene.list('Service', [], 0);
    scene.list('Service', [], 1);
  };

  it('are merged', async () => {
    await using scene = new Scene([both]);
    fill(scene);
    expect(scene.short('www.example.com A')).toEqual(['192.0.2.1', '192.0.2.2']);
    expect(scene.short('east.example.com A')).toEqual(['192.0.2.1']);
    scene.drop('Ingress', 'default/a');
    expect(scene.short('www.example.com A')).toEqual(['192.0.2.2']);
    expect(scene.short('west.example.com A')).toEqual(['192.0.2.2']);
  });

  it('or the first that has a name has it alone', async () => {
    await using scene = new Scene([{ ...both, policy: 'first' }]);
    fill(scene);
    expect(scene.short('www.example.com A')).toEqual(['192.0.2.1']);
    expect(scene.short('west.example.com A')).toEqual(['192.0.2.2']);
    scene.put('Ingress', ingress('a', 'www.example.com', ''));
    expect(scene.short('www.example.com A')).toBe('NODATA');
    scene.drop('Ingress', 'default/a');
    expect(scene.short('www.example.com A')).toEqual(['192.0.2.2']);
  });

  it('one of which has not been read leaves the others serving', async () => {
    await using scene = new Scene([both]);
    scene.list('Ingress', [ingress('a', 'www.example.com', '192.0.2.1')], 1);
    scene.list('Service', [], 1);
    expect(scene.short('www.example.com A')).toEqual(['192.0.2.1']);
    expect(scene.short('nope.example.com A')).toBe('SERVFAIL 14');
  });
});
