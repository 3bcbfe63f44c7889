/**
 * The services behind the gateway decode and tidy an address before they look where it leads. What is judged here, a limit or
 * a way in, must be what they see: an address that could be read otherwise leads nowhere.
 */

const unreserved = /[\w.~-]/

/** Names of ours all through: letters, digits, `_`, `-`, `.` and `~`, nothing escaped, no empty part, no `.` and no `..`. */
export function isPlainPath(path: string): boolean {
  return partsOf(path).every((part) => /^[\w.~-]+$/.test(part) && !/^\.+$/.test(part))
}

/** The same where a name may hold anything, as tables may: what has to be escaped is, what need not be is not, and no part comes apart. */
export function isCanonicalPath(path: string): boolean {
  return partsOf(path).every((part) => {
    if (!/^(?:[\w.~!$&'()*+,=:@-]|%[\da-f]{2})+$/i.test(part) || /^\.+$/.test(part)) return false
    const name = decoded(part)
    return name !== undefined && !/[/\\%;\p{Cc}]/u.test(name) && !escapesOf(part).some((character) => unreserved.test(character))
  })
}

/**
 * Where a name is data and leads nowhere: a topic of Realtime, slashes included. What is not escaped in any client stays unescaped, and
 * nothing of it climbs.
 */
export function isTopicPath(path: string): boolean {
  return partsOf(path).every((part) => {
    if (!/^(?:[\w.~!$&'()*+,=:@-]|%[\da-f]{2})+$/i.test(part) || escapesOf(part).some((character) => unreserved.test(character))) return false
    const name = decoded(part)
    return name !== undefined && !/[\\\p{Cc}]/u.test(name) && name.split('/').every((one) => !/^\.+$/.test(one))
  })
}

/** Every name once and as it is, so that whoever looks for one finds the same; values may be escaped. What follows the `?`. */
export function isPlainQuery(query: string): boolean {
  const names = query.split('&').filter(Boolean).map((pair) => pair.split('=', 1)[0] ?? '')
  return !query.includes('#') && names.every((name) => /^[\w.-]+$/.test(name)) && new Set(names).size === names.length
}

/** The function that a call of the Data API names, or undefined when it is no call of one. */
export function calledFunction(url: URL): string | undefined {
  return decoded(url.pathname)?.match(/^\/rest\/v1\/rpc\/([^/]+)/)?.[1]
}

function escapesOf(part: string): string[] {
  return [...part.matchAll(/%([\da-f]{2})/gi)].map(([, code]) => String.fromCharCode(parseInt(code ?? '', 16)))
}

/** One slash at the end adds nothing. */
function partsOf(path: string): string[] {
  return path.replace(/^\//, '').replace(/\/$/, '').split('/')
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}
