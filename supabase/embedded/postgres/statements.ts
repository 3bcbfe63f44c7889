export interface Statement {
  text: string
  /** Where the statement begins in the file, in UTF-16 units. */
  offset: number
}

const dollarTag = /\$(?:[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$/y
const word = /[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*/y

/**
 * Cuts a migration into its statements, as the Supabase CLI does before it runs and records them. Knows strings (plain,
 * E'' and dollar-quoted), quoted names, comments (nested too) and `begin atomic ... end` bodies of SQL functions.
 */
export function splitStatements(source: string): Statement[] {
  const statements: Statement[] = []
  let start = 0
  let index = 0
  let atomicDepth = 0
  let previousWord = ''

  const finish = (end: number): void => {
    const raw = source.slice(start, end)
    const text = raw.trim()
    if (hasCode(text)) statements.push({ text, offset: start + raw.indexOf(text) })
    start = end + 1
    atomicDepth = 0
    previousWord = ''
  }

  while (index < source.length) {
    const character = source.charAt(index)
    const pair = source.slice(index, index + 2)
    if (pair === '--') index = lineEnd(source, index)
    else if (pair === '/*') index = commentEnd(source, index)
    else if (character === "'") index = quoteEnd(source, index, "'", isEscapeString(source, index))
    else if (character === '"') index = quoteEnd(source, index, '"', false)
    else if (character === '$' && matchAt(dollarTag, source, index)) index = dollarEnd(source, index)
    else if (character === ';' && atomicDepth === 0) {
      finish(index)
      index += 1
    } else {
      const found = matchAt(word, source, index)?.toLowerCase()
      if (found) {
        if (found === 'atomic' && previousWord === 'begin') atomicDepth += 1
        else if (atomicDepth > 0 && found === 'case') atomicDepth += 1
        else if (atomicDepth > 0 && found === 'end') atomicDepth -= 1
        previousWord = found
      }
      index += found?.length ?? 1
    }
  }
  finish(source.length)
  return statements
}

function matchAt(pattern: RegExp, source: string, index: number): string | undefined {
  pattern.lastIndex = index
  return pattern.exec(source)?.[0]
}

function lineEnd(source: string, index: number): number {
  const end = source.indexOf('\n', index)
  return end < 0 ? source.length : end + 1
}

function commentEnd(source: string, index: number): number {
  let depth = 0
  const mark = /\/\*|\*\//g
  mark.lastIndex = index
  for (let found = mark.exec(source); found; found = mark.exec(source)) {
    depth += found[0] === '/*' ? 1 : -1
    if (depth === 0) return mark.lastIndex
  }
  return source.length
}

function isEscapeString(source: string, index: number): boolean {
  return /(?:^|[^\w$])[eE]$/.test(source.slice(Math.max(0, index - 2), index))
}

function quoteEnd(source: string, index: number, quote: string, escapes: boolean): number {
  for (let at = index + 1; at < source.length; at += 1) {
    const character = source.charAt(at)
    if (escapes && character === '\\') at += 1
    else if (character === quote) {
      if (source.charAt(at + 1) !== quote) return at + 1
      at += 1
    }
  }
  return source.length
}

function dollarEnd(source: string, index: number): number {
  const tag = matchAt(dollarTag, source, index) ?? '$$'
  const end = source.indexOf(tag, index + tag.length)
  return end < 0 ? source.length : end + tag.length
}

function hasCode(text: string): boolean {
  let index = 0
  while (index < text.length) {
    const pair = text.slice(index, index + 2)
    if (pair === '--') index = lineEnd(text, index)
    else if (pair === '/*') index = commentEnd(text, index)
    else if (/\s/.test(text.charAt(index))) index += 1
    else return true
  }
  return false
}
