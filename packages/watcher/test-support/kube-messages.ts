// Objects as protobuf, composed by the numbers of k8s.io/api's generated.proto and by nothing of what reads them.

/** A member's value: text and octets with a length, a number as a varint, an array as a repeated member. */
type Value = string | number | Buffer | readonly (string | Buffer)[] | undefined;

export function message(members: Readonly<Record<number, Value>>): Buffer {
  const parts: Buffer[] = [];
  for (const [number, value] of Object.entries(members)) {
    if (value === undefined) continue;
    if (typeof value === 'number') {
      parts.push(varint(Number(number) * 8), varint(value));
      continue;
    }
    for (const one of typeof value === 'string' || Buffer.isBuffer(value) ? [value] : value) {
      const octets = Buffer.from(one as string);
      parts.push(varint(Number(number) * 8 + 2), varint(octets.length), octets);
    }
  }
  return Buffer.concat(parts);
}

function varint(value: number): Buffer {
  const octets: number[] = [];
  let rest = BigInt(value);
  for (; rest > 127n; rest >>= 7n) octets.push(Number(rest & 127n) | 128);
  return Buffer.from([...octets, Number(rest)]);
}

/** As objects lie in bodies and events: `k8s`, NUL, runtime.Unknown. */
export function enveloped(apiVersion: string, kind: string, object: Buffer): Buffer {
  const unknown = message({ 1: message({ 1: apiVersion, 2: kind }), 2: object, 3: '', 4: '' });
  return Buffer.concat([Buffer.from('k8s\0'), unknown]);
}

export function frame(body: Buffer): Buffer {
  const head = Buffer.alloc(4);
  head.writeUInt32BE(body.length);
  return Buffer.concat([head, body]);
}

/** A whole event of a watch. */
export function eventFrame(type: string, object: Buffer, kind = 'Ingress'): Buffer {
  const group = kind === 'Ingress' ? 'networking.k8s.io/v1' : 'v1';
  return frame(message({ 1: type, 2: message({ 1: enveloped(group, kind, object) }) }));
}

/** The body of a list of Ingresses. */
export function listBody(resourceVersion: string, objects: readonly Buffer[]): Buffer {
  const list = message({ 1: message({ 1: '', 2: resourceVersion, 3: '' }), 2: objects });
  return enveloped('networking.k8s.io/v1', 'IngressList', list);
}

/** As much of an object as these tests have, in the shape of JSON. */
export interface PlainObject {
  readonly metadata: {
    readonly name?: string;
    readonly namespace?: string;
    readonly resourceVersion?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec?: {
    readonly type?: string;
    readonly rules?: readonly { readonly host?: string }[];
  };
  readonly status?: {
    readonly loadBalancer: {
      readonly ingress: readonly { readonly ip?: string; readonly hostname?: string }[];
    };
  };
}

/** The object, with members around those that are read, of every wire type. */
export function objectMessage({ metadata, spec, status }: PlainObject): Buffer {
  const rules = spec?.rules?.map(({ host }) =>
    message({ 1: host ?? '', 2: message({ 1: message({ 1: message({ 1: '/', 3: 'Prefix' }) }) }) }),
  );
  const addresses = status?.loadBalancer.ingress.map(({ ip, hostname }) =>
    message({ 1: ip ?? '', 2: hostname ?? '', 3: 'VIP', 4: [message({ 1: 443, 2: 'TCP' })] }),
  );
  return message({
    1: message({
      ...{ 1: metadata.name ?? '', 2: '', 3: metadata.namespace ?? '', 4: '', 5: 'uid' },
      ...{ 6: metadata.resourceVersion ?? '', 7: 2 ** 40, 8: message({ 1: 1_700_000_000, 2: 0 }) },
      ...{ 11: mapEntries(metadata.labels), 12: mapEntries(metadata.annotations) },
      17: [message({ 1: 'kubectl', 2: 'Update', 7: message({ 1: '{"f:spec":{}}' }) })],
    }),
    // Ingress: rules = 3, ingressClassName = 4; Service: type = 4, ports = 1 (generated.proto of each group).
    2:
      spec?.type === undefined
        ? message({ 3: rules, 4: 'class' })
        : message({ 1: [message({ 3: 80 })], 4: spec.type }),
    3: message({ 1: message({ 1: addresses }) }),
  });
}

function mapEntries(entries: Readonly<Record<string, string>> = {}): Buffer[] {
  return Object.entries(entries).map(([key, value]) => message({ 1: key, 2: value }));
}

/** A Status, as a body or in an ERROR event. */
export function statusMessage(code: number, reason: string, text: string): Buffer {
  return message({ 1: message({}), 2: 'Failure', 3: text, 4: reason, 6: code });
}
