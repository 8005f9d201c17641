" Lacuna in Vim, through ALE (https://github.com/dense-analysis/ale) 3.3 or newer. Source this file from your vimrc.
" <C-x><C-o> completes, and so does waiting for a moment with g:ale_completion_enabled.

" The file types that Lacuna completes best. Any other can be added.
let s:filetypes = ['bash', 'c', 'cpp', 'cs', 'go', 'java', 'javascript', 'javascriptreact', 'php', 'python',
      \ 'ruby', 'rust', 'sh', 'typescript', 'typescriptreact']

" The settings of the server, without `lacuna.` in front: {'model': '~/models/…'}
let g:lacuna_settings = get(g:, 'lacuna_settings', {})

" The folder of the repository, or else of the file.
function! LacunaRoot(buffer) abort
  let l:git = finddir('.git', fnamemodify(bufname(a:buffer), ':p:h') . ';')
  return empty(l:git) ? fnamemodify(bufname(a:buffer), ':p:h') : fnamemodify(l:git, ':p:h:h')
endfunction

for s:filetype in s:filetypes
  call ale#linter#Define(s:filetype, {
        \ 'name': 'lacuna',
        \ 'lsp': 'stdio',
        \ 'executable': 'lacuna',
        \ 'command': '%e lsp --stdio',
        \ 'project_root': function('LacunaRoot'),
        \ 'initialization_options': {b -> g:lacuna_settings},
        \ })
endfor

augroup lacuna
  autocmd!
  execute 'autocmd FileType' join(s:filetypes, ',') 'setlocal omnifunc=ale#completion#OmniFunc'
augroup END
