/** What a directory of accuracy runs shows: tables against the teacher alone, and a page with charts and examples. */
package io.gkt.evaluation.report;
