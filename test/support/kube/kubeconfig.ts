// Who may ask the API server, and the kubeconfig with a context for each case a test needs.

/** What the users say to be let in. */
export const TOKENS = {
  admin: 'token-of-admin',
  ingressReader: 'token-of-ingress-reader',
  stranger: 'token-that-is-refused',
} as const;

/** A user that RBAC allows nothing until a test binds a role to it. */
export const INGRESS_READER = 'ingress-reader';

/** Contexts of the kubeconfig. The current one is `admin`. */
export const CONTEXTS = {
  /** May do anything. */
  admin: 'admin',
  /** The user INGRESS_READER. */
  ingressReader: 'ingress-reader',
  /** The right server, a token that it doesn't know: 401. */
  refused: 'refused',
  /** A port where nothing listens. */
  dead: 'dead',
} as const;

/** Port 1 (tcpmux) is never handed out and nobody serves it: a connection is always refused. */
const DEAD_URL = 'https://127.0.0.1:1';

/** For `--token-auth-file`: token, user, uid, groups. The stranger is in it only when admitted. */
export const tokenFile = (admitStranger: boolean): string =>
  [
    `${TOKENS.admin},admin,1,"system:masters"`,
    `${TOKENS.ingressReader},${INGRESS_READER},2`,
    ...(admitStranger ? [`${TOKENS.stranger},stranger,3,"system:masters"`] : []),
    '',
  ].join('\n');

/** A kubeconfig (JSON is YAML) for the server at `url`, whose CA is in `certificate`. */
export const composeKubeconfig = (url: string, certificate: string): string => {
  const authority = { 'certificate-authority-data': Buffer.from(certificate).toString('base64') };
  const context = (name: string, cluster: string, user: string) => ({
    name,
    context: { cluster, user },
  });
  return JSON.stringify(
    {
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [
        { name: 'test', cluster: { server: url, ...authority } },
        { name: 'dead', cluster: { server: DEAD_URL, ...authority } },
      ],
      users: Object.entries(TOKENS).map(([name, token]) => ({ name, user: { token } })),
      contexts: [
        context(CONTEXTS.admin, 'test', 'admin'),
        context(CONTEXTS.ingressReader, 'test', 'ingressReader'),
        context(CONTEXTS.refused, 'test', 'stranger'),
        context(CONTEXTS.dead, 'dead', 'admin'),
      ],
      'current-context': CONTEXTS.admin,
    },
    undefined,
    2,
  );
};
