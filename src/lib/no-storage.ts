/** Stands in for @supabase/storage-js in the build (vite.trim.ts): src/lib/image-store.ts asks Storage itself. */
export class StorageClient {
  from(): never {
    throw new Error('This build leaves Supabase Storage out: see vite.trim.ts')
  }
}

export class StorageApiError extends Error {}
