import { createReadStream } from 'node:fs'
import { open, rename, rm } from 'node:fs/promises'
import { randomBytes } from 'node:crypto'
import { dirname } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip, createGzip } from 'node:zlib'
import { extract, pack } from 'tar-stream'
import { partBytes } from './format.ts'

export interface ArchiveWriter {
  add(name: string, content: Buffer): Promise<void>
  /** Writes the end and waits until everything is on the disk; the file has its temporary name until `publish`. */
  finish(): Promise<{ bytes: number }>
  /** Gives the file its name. */
  publish(): Promise<void>
  /** Removes what has been written, unless it was published. */
  discard(): Promise<void>
}

/** A file under a name that nobody takes for a backup, which only its owner may read. */
export async function createArchive(path: string): Promise<ArchiveWriter> {
  const temporary = `${path}.${randomBytes(4).toString('hex')}.partial`
  const file = await open(temporary, 'wx', 0o600)
  const tar = pack()
  const writing = pipeline(Readable.from(tar), createGzip(), async (compressed: AsyncIterable<Buffer>) => {
    for await (const chunk of compressed) await file.appendFile(chunk)
  })
  writing.catch(() => undefined)
  let temporaryExists = true
  return {
    add: (name, content) =>
      Promise.race([
        new Promise<void>((resolve, reject) => {
          tar.entry({ name, size: content.length, mode: 0o600 }, content, (error) => (error ? reject(error) : resolve()))
        }),
        // A full disk ends the writing, and then nobody calls back.
        writing,
      ]),
    finish: async () => {
      tar.finalize()
      await writing
      await file.sync()
      const { size } = await file.stat()
      await file.close()
      return { bytes: size }
    },
    publish: async () => {
      await rename(temporary, path)
      temporaryExists = false
      await syncFolder(dirname(path))
    },
    discard: async () => {
      if (!temporaryExists) return
      tar.destroy()
      await writing.catch(() => undefined)
      await file.close().catch(() => undefined)
      await rm(temporary, { force: true })
    },
  }
}

/** The new name survives a power cut, too. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

export interface Entry {
  name: string
  content: Buffer
}

/** The entries one after the other. A file that is cut off or damaged throws, at the latest at its end. */
export async function* readArchive(path: string): AsyncGenerator<Entry> {
  const tar = extract()
  const reading = pipeline(createReadStream(path), createGunzip(), tar)
  reading.catch(() => undefined)
  try {
    for await (const entry of tar) {
      const { name, size } = entry.header
      // Ours are never larger, and nobody shall make us hold what does not fit.
      if (size > 64 * partBytes) throw new Error(`the entry ${name} is too large`)
      const chunks: Buffer[] = []
      for await (const chunk of entry) chunks.push(chunk as Buffer)
      yield { name, content: Buffer.concat(chunks) }
    }
    await reading
  } finally {
    tar.destroy()
  }
}
