import { expect } from 'vitest'
import { z } from 'zod'

/** The OpenAPI document as a judge of answers: what it does not describe should not come. */

interface Described {
  description: string
  headers?: Record<string, unknown>
  content?: Record<string, { schema: Json; example?: unknown; examples?: Record<string, { value: unknown }> }>
}

interface Operation {
  operationId: string
  requestBody?: Described
  responses: Record<string, Described>
}

type Json = Record<string, unknown>

export interface ApiDocument {
  openapi: string
  servers: { url: string }[]
  paths: Record<string, Record<string, Operation>>
  components: { schemas: Record<string, Json>; responses: Record<string, Described> }
}

/** The document with every `$ref` replaced by what it names. */
export function resolved(document: unknown): ApiDocument {
  const follow = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(follow)
    if (typeof value !== 'object' || value === null) return value
    if ('$ref' in value && typeof value.$ref === 'string') return follow(at(document, value.$ref))
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, follow(inner)]))
  }
  return follow(document) as ApiDocument
}

function at(document: unknown, reference: string): unknown {
  const parts = reference.replace(/^#\//, '').split('/')
  const found = parts.reduce<unknown>((value, part) => (value as Json | undefined)?.[part.replaceAll('~1', '/').replaceAll('~0', '~')], document)
  if (found === undefined) throw new Error(`${reference} is not in the document`)
  return found
}

const schemas = new WeakMap<Json, z.ZodType>()

export function fits(schema: Json, value: unknown): void {
  const made = schemas.get(schema) ?? z.fromJSONSchema(schema)
  schemas.set(schema, made)
  const parsed = made.safeParse(value)
  if (!parsed.success) throw new Error(`${JSON.stringify(value)} does not fit: ${z.prettifyError(parsed.error)}`)
}

export interface Answer {
  status: number
  headers: Headers
  text: string
}

/** Fails unless the document says that this request may be answered like this. */
export function checkAnswer(document: ApiDocument, method: string, path: string, { status, headers, text }: Answer): void {
  const [template] = Object.keys(document.paths).filter((known) => new RegExp(`^${known.replace(/\{\w+\}/g, '[^/]+')}$`).test(path))
  const operation = document.paths[template ?? '']?.[method.toLowerCase()]
  if (operation === undefined) {
    // A path or a method that there is not: the shape is the same all the same.
    expect([404, 405]).toContain(status)
    fits(document.components.schemas['Problem'] ?? {}, JSON.parse(text))
    return
  }
  const described = operation.responses[String(status)]
  if (described === undefined) throw new Error(`${operation.operationId} answers ${status}, which the document does not know: ${text}`)
  if (described.content === undefined || method === 'HEAD') {
    expect(text).toBe('')
    return
  }
  const type = headers.get('content-type') ?? ''
  const content = described.content[type]
  if (content === undefined) throw new Error(`${operation.operationId} answers ${status} with ${type}, which the document does not know`)
  fits(content.schema, JSON.parse(text))
}
