;;; Opens a file in Emacs, set up as docs/editors.md says, and tells what an admin would see there.  -*- lexical-binding: t -*-
;; ARGUMENTS (environment): FILE to open, TYPED text put behind its end, SETUP of Emacs, TOLD file to write to.
(package-initialize)
(require 'eglot)
(require 'json)
(require 'yaml-mode)

(defvar told nil)

(defun wait-for (what test)
  (with-timeout (30 (push (cons 'missed what) told))
    (while (not (funcall test))
      (accept-process-output nil 0.05)
      (flymake-start))))

(load (getenv "SETUP"))
(find-file (getenv "FILE"))
;; Nobody types here.
(run-hooks 'post-command-hook)
(wait-for "a server" #'eglot-current-server)
(wait-for "a finding" #'flymake-diagnostics)
(let* ((finding (car (flymake-diagnostics))) (place (flymake-diagnostic-beg finding)))
  (goto-char place)
  (push `(findings . [((line . ,(line-number-at-pos))
                       (column . ,(1+ (- place (line-beginning-position))))
                       (text . ,(flymake-diagnostic-text finding)))])
        told)
  (let ((actions (eglot-code-actions place (flymake-diagnostic-end finding))))
    (push `(actions . ,(vconcat (mapcar (lambda (action) (plist-get action :title)) actions))) told)
    (eglot--apply-workspace-edit (plist-get (car actions) :edit))
    (eglot--signal-textDocument/didChange)))
(wait-for "the finding to go" (lambda () (null (flymake-diagnostics))))
(push `(fixed . ,(vconcat (split-string (buffer-string) "\n"))) told)

(goto-char (point-max))
(insert (getenv "TYPED"))
(eglot--signal-textDocument/didChange)
(pcase-let ((`(,start ,end ,table . ,_) (eglot-completion-at-point)))
  (push `(offered . ,(vconcat (mapcar #'substring-no-properties
                                      (all-completions (buffer-substring start end) table))))
        told))
(with-temp-file (getenv "TOLD") (insert (json-serialize told)))
(eglot-shutdown (eglot-current-server))
(kill-emacs 0)
