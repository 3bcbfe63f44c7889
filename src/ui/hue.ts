/** Twelve hues, far enough apart to be told apart and light enough for the terminal's ground (each at least 7:1 on it). */
const HUES = ['#5eead4', '#fda4af', '#c4b5fd', '#fcd34d', '#7dd3fc', '#bef264', '#f0abfc', '#fdba74', '#86efac', '#93c5fd', '#f9a8d4', '#d6d3d1'] as const

/** A site's colour in the terminal: the same in every run and every browser, from its slug alone (FNV-1a). */
export function stableHue(slug: string): string {
  let hash = 0x811c9dc5
  for (let index = 0; index < slug.length; index += 1) {
    hash = Math.imul(hash ^ slug.charCodeAt(index), 0x01000193)
  }
  return HUES[(hash >>> 0) % HUES.length] ?? HUES[0]
}
