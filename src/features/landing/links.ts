/** Schemes that may stand behind a link in body text; a call to action leads to a page, so it takes web addresses only. */
export const textSchemes = ['http:', 'https:', 'mailto:', 'tel:'] as const
export const webSchemes = ['http:', 'https:'] as const

export interface SafeLink {
  href: string
  /** Leads to another origin. */
  external: boolean
}

/**
 * The link a string stands for, or null where its scheme is not allowed. Judged by the URL parser that browsers use themselves,
 * so that tricks with case, blanks and control characters ("java\nscript:") are seen as what they would do.
 */
export function safeLink(value: string, schemes: readonly string[], base: string = window.location.href): SafeLink | null {
  if (value.trim() === '') return null
  try {
    const url = new URL(value, base)
    return schemes.includes(url.protocol) ? { href: url.href, external: url.origin !== new URL(base).origin } : null
  } catch {
    return null
  }
}
