// What of an object is read, by the numbers under which protobuf sends it (k8s.io/api, generated.proto). The
// names are those of JSON, so that what an object says is read from one shape, however it came.

/** How a member of a message is read; a map is one of texts to texts. */
export type Field =
  | { readonly name: string; readonly kind: 'text' }
  | { readonly name: string; readonly kind: 'number' }
  | { readonly name: string; readonly kind: 'map' }
  | { readonly name: string; readonly kind: 'message'; readonly fields: Fields }
  /** A repeated one. */
  | { readonly name: string; readonly kind: 'messages'; readonly fields: Fields }
  /** Octets that hold a message in the API server's envelope. */
  | { readonly name: string; readonly kind: 'enveloped'; readonly fields: Fields };

/** The members of a message that are read, by number; the others are passed over. */
export type Fields = Readonly<Record<number, Field>>;

const METADATA: Fields = {
  1: { name: 'name', kind: 'text' },
  3: { name: 'namespace', kind: 'text' },
  6: { name: 'resourceVersion', kind: 'text' },
  11: { name: 'labels', kind: 'map' },
  12: { name: 'annotations', kind: 'map' },
};

const ADDRESS: Fields = {
  1: { name: 'ip', kind: 'text' },
  2: { name: 'hostname', kind: 'text' },
};

const STATUS: Fields = {
  1: {
    ...{ name: 'loadBalancer', kind: 'message' },
    fields: { 1: { name: 'ingress', kind: 'messages', fields: ADDRESS } },
  },
};

/** An object with a load balancer's status, of which `spec` is read so. */
export function objectFields(spec: Fields): Fields {
  return {
    1: { name: 'metadata', kind: 'message', fields: METADATA },
    2: { name: 'spec', kind: 'message', fields: spec },
    3: { name: 'status', kind: 'message', fields: STATUS },
  };
}
