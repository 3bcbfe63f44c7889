// Plain JavaScript without imports from packages, because install.mjs uses it.
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * What postgres.js 3.4.9 does with a connection that is lost while somebody holds it (a transaction, a reservation): the
 * holder's next query is written to a socket that is gone, which throws where nobody can catch it and ends the whole process
 * (https://github.com/porsager/postgres/issues/1208, open, as are the fixes that were offered); what was about to be
 * written stays, so that the next connection never says its first word; a connection that is given back goes among those
 * that are open, or is somebody else's by then; and one that is lost while it reads the types of arrays, which it does first,
 * rejects a promise that nobody holds, or waits for that answer on the next connection; and what is asked between a socket's
 * error and its close is answered by neither. A database that is killed would take the stack with it, or leave it with
 * connections that answer nothing for ever. So a holder whose connection was lost is told so, and touches it no more, and a
 * reservation that was refused is not kept for later.
 *
 * In a version that reads otherwise nothing is changed.
 */
const corrections = {
  'connection.js': [
    [
      `  function execute(q) {
    if (terminated)
`,
      `  function execute(q) {
    if (socket === null && !terminated)
      return (queryError(q, Errors.connection('CONNECTION_CLOSED', options)), true)

    if (terminated)
`,
    ],
    [
      `  function nextWrite(fn) {
    const x = socket.write(chunk, fn)
`,
      `  function nextWrite(fn) {
    const x = socket !== null && socket.write(chunk, fn)
`,
    ],
    [
      `    incomings = null
    clearImmediate(nextWriteTimer)
    socket.removeListener('data', data)
`,
      `    incomings = null
    clearImmediate(nextWriteTimer)
    chunk = nextWriteTimer = null
    socket.removeListener('data', data)
`,
    ],
    [
      `    if (initial)
      return reconnect()

    !hadError && (query || sent.length)`,
      `    if (initial) {
      query = errorResponse = null
      return reconnect()
    }

    ;(query || sent.length)`,
    ],
    [
      `        return fetchArrayTypes()
`,
      `        return fetchArrayTypes().catch(() => { /* the connection is closed, and so it is handled there */ })
`,
    ],
  ],
  'index.js': [
    [
      `        const query = { reserve: resolve, reject }
`,
      `        const query = { reserve: resolve, reject: e => (queries.remove(query), reject(e)) }
`,
    ],
    [
      `    move(c, reserved)
    c.reserved = () => queue.length
`,
      `    let lost = false
    c.onclose = e => {
      lost = true
      while (queue.length)
        queue.shift().reject(e)
    }
    move(c, reserved)
    c.reserved = () => queue.length
`,
    ],
    [
      `    sql.release = () => {
      c.reserved = null
`,
      `    sql.release = () => {
      if (lost)
        return

      c.onclose = c.reserved = null
`,
    ],
    [
      `    function handler(q) {
      c.queue === full
        ? queue.push(q)
`,
      `    function handler(q) {
      if (lost)
        return q.reject(Errors.connection('CONNECTION_CLOSED', options))

      c.queue === full
        ? queue.push(q)
`,
    ],
    [
      `    let savepoints = 0
      , connection
`,
      `    let savepoints = 0
      , lost = false
      , connection
`,
    ],
    [
      `        new Promise((_, reject) => connection.onclose = reject)
`,
      `        new Promise((_, reject) => connection.onclose = e => (lost = true, reject(e)))
`,
    ],
    [
      `        q.catch(e => uncaughtError || (uncaughtError = e))
        c.queue === full
`,
      `        q.catch(e => uncaughtError || (uncaughtError = e))
        if (lost)
          return q.reject(Errors.connection('CONNECTION_CLOSED', options))

        c.queue === full
`,
    ],
  ],
}

/** Mends the driver below this node_modules folder; does nothing when that has been done. */
export function mendDriver(modules) {
  for (const [file, changes] of Object.entries(corrections)) {
    const path = join(modules, 'postgres', 'src', file)
    if (!existsSync(path)) continue
    const text = readFileSync(path, 'utf8')
    if (!changes.every(([before]) => text.split(before).length === 2)) continue
    const mended = changes.reduce((so, [before, after]) => so.replace(before, () => after), text)
    // Not in place: the file may be shared with other checkouts, as some package managers do.
    writeFileSync(`${path}.mended`, mended)
    renameSync(`${path}.mended`, path)
  }
}
