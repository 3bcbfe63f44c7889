/** What the editor and the landing page in its frame say to each other: the page comes from the editor, never from the network. */
export const previewReady = 'datasync:preview-ready'
export const previewPage = 'datasync:preview-page'

/** The address of a page's preview ends in this. */
export const previewHash = '#preview'
