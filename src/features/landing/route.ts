/** Which landing page an address names. */
export interface PageAddress {
  organization: string
  site: string
}

/** Reads `/c/:organization/:site`; anything else, malformed escapes included, is no landing page. */
export function parsePagePath(pathname: string): PageAddress | null {
  const match = /^\/c\/([^/]+)\/([^/]+)\/?$/.exec(pathname)
  const organization = decodeSegment(match?.[1])
  const site = decodeSegment(match?.[2])
  return organization && site ? { organization, site } : null
}

function decodeSegment(segment: string | undefined): string | null {
  if (segment === undefined) return null
  try {
    return decodeURIComponent(segment).trim() || null
  } catch {
    // "%zz" and the like: an address that names nothing.
    return null
  }
}
