/** Stands in for @supabase/storage-js in the build (vite.trim.ts): the app stores no files there. */
export class StorageClient {
  from(): never {
    throw new Error('This build leaves Supabase Storage out: see vite.trim.ts')
  }
}

export class StorageApiError extends Error {}
