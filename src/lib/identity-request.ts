import { create } from 'zustand'

/** Somebody is to confirm that it is they: exactly one of the three ends it. */
export interface IdentityRequest {
  confirmed: () => void
  cancelled: () => void
  /** The dialog itself could not be shown. */
  failed: (error: unknown) => void
}

/** What reauthenticate.ts asks and the app's dialog answers. Apart from both, because the first page knows of nothing else. */
export const useIdentityRequest = create<{ request: IdentityRequest | null }>(() => ({ request: null }))
