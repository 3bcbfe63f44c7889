import { matchesTag, strongTag } from './headers.ts'
import type { ApiDependencies, Call } from './handler.ts'
import { problem } from './problem.ts'
import { siteSlug } from './schemas.ts'

/** `GET /content/:site`: the effective payload, byte for byte what a run would send, tagged by its hash. */
export async function getContent({ request, name, key }: Call, { database }: ApiDependencies): Promise<Response> {
  // A text that cannot be a slug, a site of somebody else and no site at all are the same answer.
  const slug = siteSlug.safeParse(name)
  const content = slug.success ? await database.content(key.id, slug.data) : null
  if (content === null) return problem('not_found', 'There is no such site in the organization of this key.')
  const tag = strongTag(content.hash)
  const headers = { etag: tag, 'cache-control': 'private, no-cache' }
  if (matchesTag(request.headers.get('if-none-match'), tag)) return new Response(null, { status: 304, headers })
  return new Response(content.body, { headers: { ...headers, 'content-type': 'application/json' } })
}
