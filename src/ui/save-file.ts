/** Hands the browser a file to keep. Of several parts: a log of a million lines is never one string. */
export function saveFile(name: string, type: string, parts: readonly BlobPart[]): void {
  const url = URL.createObjectURL(new Blob([...parts], { type }))
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  // Not every browser has taken hold of the data when the click returns; by then each has.
  setTimeout(() => URL.revokeObjectURL(url), 10_000)
}
