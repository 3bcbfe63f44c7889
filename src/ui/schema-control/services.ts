import { createContext, useContext } from 'react'

/** An item as a reference names it. */
export interface ReferencedItem {
  id: string
  title: string
  /** The title of its type. */
  type: string
  status: string
}

/** Where the pictures of the organization are kept. */
export interface ImageStore {
  /** Puts a picture there; its public address. */
  upload: (file: File) => Promise<string>
}

/** What some controls need of the world behind them; the app fills it once, around everything. */
export interface ControlServices {
  /** Items whose title has the text in it, at most twenty, of one type (its name or id) or of all. */
  findItems: (text: string, type: string | null) => Promise<ReferencedItem[]>
  /** null: there is none with this id. */
  itemById: (id: string) => Promise<ReferencedItem | null>
  /** null: this project keeps no pictures, so they are given by their address. */
  imageStore: () => Promise<ImageStore | null>
  /** A failure in a person's words. */
  describe: (error: unknown) => string
}

export const ControlServicesContext = createContext<ControlServices | null>(null)

export function useControlServices(): ControlServices | null {
  return useContext(ControlServicesContext)
}

/** Queries of references are told of changes like all that read items. */
export const referenceKeys = {
  one: (id: string) => ['content_items', 'reference', id] as const,
  found: (text: string, type: string | null) => ['content_items', 'references', type, text] as const,
}
