/** Where a site has no address of its own yet, a receiver has to be somewhere all the same. */
const USUAL_PATH = '/hooks/datasync'

/**
 * The code with the site's own slug, and the path of its address. Both go into comments and string literals of six
 * languages: a slug is letters, digits and hyphens by the table's check, and of a path only what means the same in all of them.
 */
export function fillIn(code: string, site: { slug: string; destinationUrl: string | null }): string {
  return code.replaceAll('__SITE_SLUG__', site.slug.replace(/[^a-z0-9-]/g, '')).replaceAll('__PATH__', pathOf(site.destinationUrl))
}

function pathOf(destinationUrl: string | null): string {
  if (destinationUrl === null || !URL.canParse(destinationUrl)) return USUAL_PATH
  const { pathname } = new URL(destinationUrl)
  return /^\/[A-Za-z0-9._~/-]*$/.test(pathname) ? pathname : USUAL_PATH
}
