import { listOf, shapeOf, textOf } from '../sources/shape.ts';
import type { ApiConnection } from './connection.ts';
import { ProtocolError } from './failure.ts';
import { getObject } from './get-object.ts';

/** client-go's page. 500 Ingresses are some 600 kB of JSON, parsed in 3 to 6 ms. */
const pageLimit = '500';

/** One page of a list. */
export interface Page {
  readonly items: readonly unknown[];
  /** The resourceVersion of the whole list, the same on every page. */
  readonly resourceVersion: string;
}

/**
 * Lists a resource page by page, all as of one resourceVersion.
 *
 * @param selection what the query says of which objects are meant
 * @throws ApiError (410 when the list outlived its continue token: start over), ConnectionError, ProtocolError
 */
export async function* pages(
  connection: ApiConnection,
  path: string,
  selection: Readonly<Record<string, string>>,
  signal: AbortSignal,
): AsyncGenerator<Page, void, undefined> {
  let token = '';
  do {
    const query = new URLSearchParams({ ...selection, limit: pageLimit });
    if (token !== '') query.set('continue', token);
    const list = await getObject(connection, path, query, signal);
    const metadata = shapeOf(list['metadata']);
    const resourceVersion = textOf(metadata['resourceVersion']);
    if (resourceVersion === '' || !Array.isArray(list['items'] ?? [])) {
      throw new ProtocolError(
        `${connection.server} answered ${path} with something that is no list`,
      );
    }
    yield { items: listOf(list['items']), resourceVersion };
    token = textOf(metadata['continue']);
  } while (token !== '');
}
